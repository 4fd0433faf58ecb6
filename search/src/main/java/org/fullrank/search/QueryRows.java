package org.fullrank.search;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.rows.RowStream;
import org.fullrank.rows.RowStreams;

/// Queries in a file.
public final class QueryRows {
    private QueryRows() {}

    /// The rows of a file of embeddings, in its order, each scaled to length 1.
    ///
    /// @throws InputException when the file has no matrix, when a row has a number that is not finite, or when
    ///     all its numbers are zero
    public static List<float[]> read(Path file) {
        List<float[]> rows = new ArrayList<>();
        try (RowStream stream = RowStreams.open(file)) {
            while (true) {
                try (var scope = Scope.withoutGradients()) {
                    Tensor block = stream.next();
                    if (block == null) {
                        break;
                    }
                    float[] values = Tensors.floats(block);
                    UnitVectors.scale("query " + stream.name(), rows.size(), values, stream.width());
                    for (int from = 0; from < values.length; from += stream.width()) {
                        rows.add(Arrays.copyOfRange(values, from, from + stream.width()));
                    }
                }
            }
        }
        InputException.when(rows.isEmpty(), "query %s: found 0 rows, expected at least 1; give another file", file);
        return rows;
    }
}
