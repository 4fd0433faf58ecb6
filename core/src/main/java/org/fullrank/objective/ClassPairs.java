package org.fullrank.objective;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;

/// M pairs of rows of one class, as [RowClasses#pairs] makes them.
///
/// @param anchors first row of each pair, `[M, D]`
/// @param positives second row of each pair, `[M, D]`
/// @param own 1 for two pairs of one class, also for a pair and itself; else 0, `[M, M]`
record ClassPairs(Tensor anchors, Tensor positives, Tensor own) {
    /// @param rows `[N, D]`
    /// @throws InputException unless two classes have a pair
    static ClassPairs of(Tensor rows, RowClasses classes) {
        List<RowClasses.Pair> pairs = classes.pairs();
        int[] anchors = pairs.stream().mapToInt(RowClasses.Pair::anchor).toArray();
        int[] positives = pairs.stream().mapToInt(RowClasses.Pair::positive).toArray();
        int[] owner =
                pairs.stream().mapToInt(pair -> classes.of()[pair.anchor()]).toArray();
        long owners = Arrays.stream(owner).distinct().count();
        InputException.when(
                owners < 2,
                "classes of a batch: found 2 rows or more in %d class, expected in at least 2, because the negatives of a"
                        + " pair are those of other pairs; give more rows of each class",
                owners);
        return new ClassPairs(
                rows.index_select(0, RowClasses.indices(rows, anchors)),
                rows.index_select(0, RowClasses.indices(rows, positives)),
                RowClasses.same(rows, owner));
    }

    /// The mean over the pairs of `log(1 + sum_n exp(crossed_n - positive))`, with the sum over pairs of other
    /// classes.
    ///
    /// @param positive similarity of anchor and positive, `[M, 1]`
    /// @param crossed similarity of a pair and the positives of all pairs, `[M, M]`
    Tensor softmax(Tensor positive, Tensor crossed) {
        Tensor negatives =
                crossed.masked_fill(own.gt(Tensors.scalar(0)), Tensors.scalar(Double.NEGATIVE_INFINITY)); // [M, M]
        Tensor sums = torch.logsumexp(negatives, new long[] {1}, true); // [M, 1]
        return torch.softplus(sums.sub(positive)).mean();
    }
}
