package org.fullrank.objective;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Named;
import org.fullrank.engine.Tensors;

/// W-MSE: each view is whitened by itself, so it cannot collapse, and the whitened views are to agree. The batch is
/// parted at random into sub-batches, the same for all views; each is whitened by the Cholesky factor of its own
/// covariance ([Whitened]). The value is the mean over sub-batches, over pairs of views, and over `iterations`
/// partitions of `2 - 2 cos` (normalised) or of the squared difference of entries.
///
/// Rows that do not fill a last sub-batch are left out of that partition: they have no part in its value and get no
/// gradient from it. Which they are is drawn anew for each partition. With epsilon 0 the value does not change under
/// any invertible affine map of a view, but for the order in which Cholesky takes the dimensions.
///
/// Source: Ermolov et al., "Whitening for self-supervised representation learning" (2021), in the form and with the
/// constants of the official code.
///
/// @param subBatch rows that are whitened together, more than D unless epsilon is above 0 (the official code takes
///     2 D); 0: the whole batch
/// @param iterations partitions of one batch
/// @param epsilon share of the identity in the covariance, 0 to below 1
/// @param normalise whether whitened rows are put on the unit sphere
@Named("w-mse")
public record WMse(int subBatch, int iterations, double epsilon, boolean normalise)
        implements Objective, ObjectiveSpec {
    /// The whole batch: the definition itself, and no random draw. The official code has 128 for 64 dimensions.
    public static final int DEFAULT_SUB_BATCH = 0;
    /// The official code for CIFAR.
    public static final int DEFAULT_ITERATIONS = 1;
    /// The official code.
    public static final double DEFAULT_EPSILON = 0;
    /// The official code.
    public static final boolean DEFAULT_NORMALISE = true;

    private static final long PARTITION = Keyed.name("partition of w-mse");

    public WMse {
        if (subBatch < 0 || subBatch == 1) {
            throw new InputException(
                    "subBatch: found %d, expected 0 (the whole batch) or at least 2 rows".formatted(subBatch));
        }
        if (iterations < 1 || iterations > 1000) {
            throw new InputException("iterations: found %d, expected 1 to 1000 partitions".formatted(iterations));
        }
        if (subBatch == 0 && iterations > 1) {
            throw new InputException(
                    "iterations: found %d, expected 1 where the whole batch is one sub-batch; set subBatch"
                            .formatted(iterations));
        }
        if (!(epsilon >= 0 && epsilon < 1)) {
            throw new InputException("epsilon: found %s, expected 0 to below 1".formatted(epsilon));
        }
    }

    public static WMse defaults() {
        return new WMse(DEFAULT_SUB_BATCH, DEFAULT_ITERATIONS, DEFAULT_EPSILON, DEFAULT_NORMALISE);
    }

    @Override
    public Objective objective() {
        return this;
    }

    /// @throws InputException when a sub-batch has more rows than the batch, or its covariance is singular
    @Override
    public Terms evaluate(Views views) {
        int n = Math.toIntExact(views.samples());
        int rows = subBatch == 0 ? n : subBatch;
        if (rows > n) {
            throw new InputException(
                    "subBatch: found %d rows, expected at most the %d of the batch".formatted(rows, n));
        }
        Tensor value = views.embeddings().getFirst().detach().new_zeros(new long[0]);
        List<Tensor> gradients = new ArrayList<>(); // V x [N, D]
        views.embeddings().forEach(z -> gradients.add(z.detach().new_zeros(Tensors.shape(z))));
        for (int i = 0; i < iterations; i++) {
            Tensor order = partition(n, rows, Keyed.of(PARTITION, views.draw(), i))
                    .to(value.device(), ScalarType.Long); // [B w]
            value = value.add(add(views.embeddings(), order, rows, gradients));
        }
        Tensor total = value.div(Tensors.scalar(iterations));
        for (int v = 0; v < gradients.size(); v++) {
            Tensor z = views.embeddings().get(v);
            if (z.requires_grad()) {
                total = Surrogate.of(total, z, gradients.get(v).div_(Tensors.scalar(iterations)));
            }
        }
        var parts = new LinkedHashMap<String, Tensor>();
        parts.put("distance", total.detach());
        return new Terms(total, parts);
    }

    /// The value for one partition; adds its gradients.
    private Tensor add(List<Tensor> z, Tensor order, int rows, List<Tensor> gradients) {
        long count = order.size(0) / rows;
        long d = z.getFirst().size(1);
        List<Whitened> whitened = z.stream()
                .map(view -> Whitened.of(view.detach().index_select(0, order).view(count, rows, d), epsilon))
                .toList();
        List<Tensor> y = whitened.stream() // V x [B, w, D]
                .map(w -> normalise ? w.directions() : w.values())
                .toList();
        Tensor mean = y.getFirst(); // [B, w, D]
        for (Tensor other : y.subList(1, y.size())) {
            mean = mean.add(other);
        }
        mean = mean.div(Tensors.scalar(y.size()));
        // Sum over pairs |yi - yj|^2 = V sum |yi - mean|^2, so V passes do for V (V - 1) / 2 pairs.
        double scale = 2.0 / ((z.size() - 1.0) * count * rows * (normalise ? 1 : d));
        Tensor value = mean.new_zeros(new long[0]);
        for (int v = 0; v < z.size(); v++) {
            Tensor difference = y.get(v).sub(mean);
            value = value.add(difference.square().sum());
            Tensor slope = difference.mul_(Tensors.scalar(2 * scale)); // [B, w, D]
            Tensor gradient = whitened.get(v).gradient(slope, normalise).view(count * rows, d);
            gradients.get(v).index_add_(0, order, gradient);
        }
        return value.mul(Tensors.scalar(scale));
    }

    /// Rows in the order of a partition into sub-batches, without those that are left over.
    private static Tensor partition(int n, int rows, Keyed random) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            order[i] = i;
        }
        if (rows < n) {
            for (int i = n - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                int swap = order[i];
                order[i] = order[j];
                order[j] = swap;
            }
        }
        return Tensors.of(Arrays.copyOf(order, n / rows * rows));
    }
}
