package org.fullrank.objective;

import java.util.Arrays;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Tensors;
import org.fullrank.settings.Named;

/// W-MSE whitens each view separately, so the views cannot collapse. The whitened views should agree. The
/// batch is divided at random into sub-batches. The division is the same for all views. Each sub-batch is
/// whitened by the Cholesky factor of its own covariance ([Whitened]). The value is the mean over
/// sub-batches, pairs of views, and `iterations` random partitions. For each pair of views, the value is `2 -
/// 2 cos` (normalized) or the squared differences of the entries.
///
/// Rows that do not fill the last sub-batch are left out of this partition. Such rows get no gradient from
/// this partition. Each partition leaves out different random rows. If epsilon is 0, any invertible affine
/// map of a view leaves the value unchanged. Only the order in which Cholesky processes the dimensions has a
/// small effect.
///
/// Source: Ermolov et al., "Whitening for self-supervised representation learning" (2021), with the formula
/// and the constants of the official code.
///
/// @param subBatch number of rows that are whitened together. It must be more than D unless epsilon is above
///     0 (the official code uses 2 D). 0 means the whole batch
/// @param iterations partitions of one batch
/// @param epsilon share of the identity in the covariance, 0 to below 1
/// @param normalize whether whitened rows are put on the unit sphere
@Named("w-mse")
public record WMse(int subBatch, int iterations, double epsilon, boolean normalize) implements Objective {
    /// The whole batch, which needs no random draws. The official code uses sub-batches of 128 rows for 64
    /// dimensions.
    public static final int DEFAULT_SUB_BATCH = 0;
    /// The official code for CIFAR.
    public static final int DEFAULT_ITERATIONS = 1;
    /// The official code.
    public static final double DEFAULT_EPSILON = 0;
    /// The official code.
    public static final boolean DEFAULT_NORMALIZE = true;

    private static final long PARTITION = Keyed.name("partition of w-mse");

    public WMse {
        if (subBatch < 0 || subBatch == 1) {
            throw new InputException(
                    "subBatch: found %d, expected 0 (the whole batch) or at least 2 rows".formatted(subBatch));
        }
        if (iterations < 1 || iterations > 1000) {
            throw new InputException("iterations: found %d, expected 1 to 1000 partitions".formatted(iterations));
        }
        InputException.when(
                subBatch == 0 && iterations > 1,
                "iterations: found %d, expected 1 where the whole batch is one sub-batch; set subBatch",
                iterations);
        if (!(epsilon >= 0 && epsilon < 1)) {
            throw new InputException("epsilon: found %s, expected 0 to below 1".formatted(epsilon));
        }
    }

    public static WMse defaults() {
        return new WMse(DEFAULT_SUB_BATCH, DEFAULT_ITERATIONS, DEFAULT_EPSILON, DEFAULT_NORMALIZE);
    }

    /// @throws InputException when a sub-batch has more rows than the batch, or its covariance is singular
    @Override
    public Terms evaluate(Views views) {
        int n = Math.toIntExact(views.samples());
        int rows = subBatch == 0 ? n : subBatch;
        InputException.when(rows > n, "subBatch: found %d rows, expected at most the %d of the batch", rows, n);
        Tensor stack =
                Tensors.cat(views.embeddings()).detach().view(views.embeddings().size(), n, views.width()); // [V, N, D]
        Part sum = null;
        for (int i = 0; i < iterations; i++) {
            Part part = rows == n ? whole(stack) : parted(stack, rows, Keyed.of(PARTITION, views.draw(), i));
            sum = sum == null
                    ? part
                    : new Part(sum.value().add(part.value()), sum.gradients().add_(part.gradients()));
        }
        Part mean = Objects.requireNonNull(sum);
        Tensor value = mean.value().div(Tensors.scalar(iterations));
        Tensor gradients = mean.gradients().div_(Tensors.scalar(iterations));
        return Terms.of("distance", Surrogate.of(value, views, gradients));
    }

    /// The value of one partition and its gradients, `[V, N, D]`.
    private record Part(Tensor value, Tensor gradients) {}

    private Part whole(Tensor stack) {
        Part part = part(stack, stack.size(0));
        return new Part(part.value(), part.gradients().view_as(stack));
    }

    private Part parted(Tensor stack, int rows, Keyed random) {
        Tensor order =
                partition(Math.toIntExact(stack.size(1)), rows, random).to(stack.device(), ScalarType.Long); // [B w]
        long views = stack.size(0);
        long d = stack.size(2);
        Tensor batches = stack.index_select(1, order).view(views * order.size(0) / rows, rows, d); // [V B, w, D]
        Part part = part(batches, views);
        Tensor gradients = torch.zeros_like(stack);
        gradients.index_copy_(1, order, part.gradients().view(views, order.size(0), d));
        return new Part(part.value(), gradients);
    }

    /// @param batches the sub-batches of the first view, then those of the next, `[V B, w, D]`
    private Part part(Tensor batches, long views) {
        long samples = batches.size(0) / views * batches.size(1);
        Whitened whitened = Whitened.of(batches, epsilon, samples);
        UnitRows rows = normalize ? UnitRows.of(whitened.values()) : null;
        Tensor y = rows == null ? whitened.values() : rows.values(); // [V B, w, D]
        Tensor apart = y.view(views, batches.size(0) / views, batches.size(1), batches.size(2)); // [V, B, w, D]
        Tensor difference = apart.sub(apart.mean(0)).view_as(batches); // [V B, w, D]
        // Sum over pairs |yi - yj|^2 = V sum |yi - mean|^2, so V passes do for V (V - 1) / 2 pairs.
        double scale = 2.0 / ((views - 1.0) * samples * (normalize ? 1 : batches.size(2)));
        Tensor value = difference.square().sum().mul(Tensors.scalar(scale));
        Tensor slope = difference.mul_(Tensors.scalar(2 * scale)); // [V B, w, D]
        return new Part(value, whitened.gradient(rows == null ? slope : rows.gradient(slope)));
    }

    /// Rows in the order of a partition into sub-batches. Rows that do not fill a sub-batch are left out.
    private static Tensor partition(int n, int rows, Keyed random) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            order[i] = i;
        }
        for (int i = n - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
        return Tensors.of(Arrays.copyOf(order, n / rows * rows));
    }

    @Override
    public Card card() {
        return new Card(
                        "each view is whitened, and the whitened views agree",
                        "Ermolov, Siarohin, Sangineto, Sebe: W-MSE, ICML 2021, arXiv 2007.06346")
                .with("distance", normalize ? "0 to 4: falls from near 2, unrelated views" : "0 upwards: falls");
    }

    @Override
    public Need need(long rows, long width) {
        long together = subBatch == 0 ? rows : subBatch;
        if (together >= Need.ROWS_PER_DIMENSION * width) {
            return Need.met(
                    together,
                    "N %d >= 2 D, D %d: the covariance of a sub-batch can be inverted".formatted(together, width));
        }
        boolean singular = together <= width && epsilon == 0;
        String text = singular
                ? "N %d <= D %d: the covariance of a sub-batch has rank %d at most and cannot be inverted"
                        .formatted(together, width, together - 1)
                : "N %d < 2 D, D %d: the covariance of a sub-batch is nearly singular, so whitening blows up noise"
                        .formatted(together, width);
        return new Need(
                singular ? Need.Verdict.UNMET : Need.Verdict.CONSIDER,
                text,
                together,
                Need.ROWS_PER_DIMENSION * width,
                subBatch == 0 ? "" : "subBatch",
                Math.max(1, together / Need.ROWS_PER_DIMENSION));
    }
}
