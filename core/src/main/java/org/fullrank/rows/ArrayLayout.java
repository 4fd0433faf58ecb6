package org.fullrank.rows;

import java.util.List;
import org.fullrank.engine.InputException;

/// The layout of a matrix in a file.
///
/// @param name name of the array in messages
/// @param cells number format
/// @param rows N, at least 1
/// @param width D, at least 1
/// @param fortran whether the file contains the matrix column by column instead of row by row
record ArrayLayout(String name, Cells cells, long rows, int width, boolean fortran) {
    /// Largest supported width of a row.
    static final int MAX_WIDTH = 1 << 20;

    /// Number of values of a block: 16 MiB of float32, enough for efficient matrix products.
    static final int BLOCK_VALUES = 1 << 22;

    /// Largest number of rows of a block. With it, narrow rows need no more memory than wide rows.
    static final int BLOCK_ROWS = 1 << 13;

    /// @param vector whether the array is `[N]` and is read as `[N, 1]`
    /// @throws InputException when the shape is not a matrix with rows and columns
    static ArrayLayout of(String name, Cells cells, List<Long> shape, boolean fortran, boolean vector) {
        return vector ? ofVector(name, cells, shape) : ofMatrix(name, cells, shape, fortran);
    }

    private static ArrayLayout ofVector(String name, Cells cells, List<Long> shape) {
        boolean column = shape.size() == 2 && shape.getLast() == 1;
        if (shape.size() != 1 && !column || shape.getFirst() == 0) {
            throw new InputException(
                    "%s: found shape %s, expected labels [N]; give one for each row".formatted(name, shape));
        }
        return new ArrayLayout(name, cells, shape.getFirst(), 1, false);
    }

    private static ArrayLayout ofMatrix(String name, Cells cells, List<Long> shape, boolean fortran) {
        if (shape.size() != 2) {
            String remedy = shape.size() == 1
                    ? "reshape it to (-1, 1) if it is one dimension of N items"
                    : "reshape or pool it to one row for each item";
            throw new InputException("%s: found shape %s, expected a matrix [N, D] with a row for each item; %s"
                    .formatted(name, shape, remedy));
        }
        if (shape.contains(0L)) {
            throw new InputException("%s: found shape %s, expected at least 1 row and 1 column; embed some items"
                    .formatted(name, shape));
        }
        if (shape.getLast() > MAX_WIDTH) {
            throw new InputException("%s: found rows of %d numbers, expected at most %d; is it transposed?"
                    .formatted(name, shape.getLast(), MAX_WIDTH));
        }
        boolean columns = fortran && shape.getFirst() > 1 && shape.getLast() > 1; // else both orders are one
        return new ArrayLayout(name, cells, shape.getFirst(), Math.toIntExact(shape.getLast()), columns);
    }

    /// Rows of a block.
    static int blockRows(int width) {
        return Math.clamp(BLOCK_VALUES / width, 1, BLOCK_ROWS);
    }

    /// Bytes of the whole matrix.
    long bytes() {
        return Math.multiplyExact(Math.multiplyExact(rows, (long) width), cells.bytes());
    }
}
