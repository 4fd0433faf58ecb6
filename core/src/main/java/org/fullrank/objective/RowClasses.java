package org.fullrank.objective;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;

/// The class of each row of a batch, for a loss with labels. Some class has two rows, and there are at least
/// two classes. So there are pairs of one class and pairs of two classes.
///
/// @param of the class of row i, 0 or more, `[N]`
public record RowClasses(int[] of) {
    /// A positive pair: two rows of one class.
    record Pair(int anchor, int positive) {}

    /// @throws InputException when a row has no class, when all rows are of one class, or when each row is the
    ///     only one of its class
    public RowClasses {
        for (int i = 0; i < of.length; i++) {
            InputException.when(
                    of[i] < 0,
                    "classes of a batch: found no class for row %d, expected one for each row; leave out items without a"
                            + " label",
                    i);
        }
        long distinct = Arrays.stream(of).distinct().count();
        InputException.when(
                distinct < 2,
                "classes of a batch: found %d class in %d rows, expected at least 2, because a ranking loss compares"
                        + " classes; give more classes",
                distinct,
                of.length);
        InputException.when(
                distinct == of.length,
                "classes of a batch: found %d classes in %d rows, expected a class with 2 rows or more, because a ranking"
                        + " loss needs a positive pair; give more rows of each class",
                distinct,
                of.length);
    }

    /// The classes of the rows of `z`, `[N, D]`.
    ///
    /// @throws InputException when there is not one class for each row, and as the constructor
    static RowClasses of(Tensor z, int[] classes) {
        InputException.unless(
                z.dim() == 2 && z.size(0) == classes.length,
                "classes of a batch: found %d for embeddings %s, expected one for each row",
                classes.length,
                Tensors.describe(z));
        return new RowClasses(classes);
    }

    /// 1 for two rows of one class, also for a row and itself; else 0. `[N, N]` on the device of `like` and with
    /// its type.
    Tensor same(Tensor like) {
        return same(like, of);
    }

    static Tensor same(Tensor like, int[] classes) {
        Tensor column = indices(like, classes).view(-1, 1); // [N, 1]
        return column.eq(column.t()).to(like.scalar_type());
    }

    /// Integers as a tensor `[N]` on the device of `like`.
    static Tensor indices(Tensor like, int[] values) {
        return Tensors.to(Tensors.of(values), Device.of(like));
    }

    /// Consecutive rows of each class in the order of the batch: its first and second row, its third and fourth,
    /// and so on. An odd last row is left out. So no row is in two pairs.
    List<Pair> pairs() {
        Map<Integer, Integer> open = new LinkedHashMap<>();
        var pairs = new ArrayList<Pair>();
        for (int i = 0; i < of.length; i++) {
            Integer anchor = open.remove(of[i]);
            if (anchor == null) {
                open.put(of[i], i);
            } else {
                pairs.add(new Pair(anchor, i));
            }
        }
        return pairs;
    }
}
