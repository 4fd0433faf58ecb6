package org.fullrank.spark;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.fullrank.data.ParquetVectors;
import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;

/// Finds columns by name, and checks their types before a job starts.
final class TableColumns {
    private TableColumns() {}

    /// The name for an expression of Spark, in which a dot would mean a field.
    static String quoted(String name) {
        return "`" + name.replace("`", "``") + "`";
    }

    /// @throws InputException when there is no such column
    static StructField field(Dataset<Row> rows, String name) {
        return Arrays.stream(rows.schema().fields())
                .filter(field -> field.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new InputException("column %s: found no such column, expected one of %s; correct the name"
                                .formatted(name, String.join(", ", rows.columns()))));
    }

    /// A column of numbers.
    ///
    /// @throws InputException when there is no such column, or when it holds something other than numbers
    static Column number(Dataset<Row> rows, String name) {
        DataType type = field(rows, name).dataType();
        InputException.unless(
                type instanceof NumericType,
                "column %s: found %s, expected numbers; name another column",
                name,
                type.simpleString());
        return rows.col(quoted(name));
    }

    /// The column of vectors: the one with a usual name, or the only one.
    ///
    /// @throws InputException when there is none, or when it cannot be chosen
    static String vectors(Dataset<Row> rows) {
        List<String> found = Arrays.stream(rows.schema().fields())
                .filter(field -> isVector(field.dataType()))
                .map(StructField::name)
                .toList();
        return ParquetVectors.VECTORS.stream()
                .filter(found::contains)
                .findFirst()
                .or(() -> found.stream().filter(_ -> found.size() == 1).findFirst())
                .orElseThrow(() -> new InputException(
                        found.isEmpty()
                                ? "columns: found %s, expected a column of arrays; name columns of numbers with --columns"
                                        .formatted(String.join(", ", rows.columns()))
                                : "columns: found the arrays %s, expected one of them; name it with --column"
                                        .formatted(String.join(", ", found))));
    }

    /// A column of arrays, of float if it holds floats and of double if it holds other numbers.
    ///
    /// @throws InputException when there is no such column, or when it holds something other than arrays of
    ///     numbers
    static Column vector(Dataset<Row> rows, String name) {
        DataType type = field(rows, name).dataType();
        InputException.unless(
                isVector(type),
                "column %s: found %s, expected arrays of numbers; convert a vector of Spark ML with vector_to_array",
                name,
                type.simpleString());
        Column column = rows.col(quoted(name));
        return isFloat(type) ? column : column.cast("array<double>");
    }

    static boolean isFloat(@Nullable DataType type) {
        return type instanceof ArrayType array && array.elementType().equals(DataTypes.FloatType);
    }

    private static boolean isVector(DataType type) {
        return type instanceof ArrayType array && array.elementType() instanceof NumericType;
    }
}
