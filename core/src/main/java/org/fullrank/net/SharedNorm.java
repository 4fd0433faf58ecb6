package org.fullrank.net;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.WorkerGroup;
import org.jspecify.annotations.Nullable;

/// Batch normalization with the statistics of a batch whose rows are spread over workers. Output, gradient and
/// running statistics are those of one worker with all rows.
///
/// Each worker computes the mean of its rows and the sum of squared distances from this mean. The workers
/// exchange these moments and combine them (Chan, Golub and LeVeque 1979). This is accurate also if the mean
/// is large. In the backward pass, the gradient of the combined moments is summed over the workers, because
/// the outputs of all workers depend on the rows of each.
///
/// @param weight scale of each channel, `[C]`; null if there is none
/// @param bias shift of each channel, `[C]`; null if there is none
/// @param mean running mean, `[C]`
/// @param variance running variance, `[C]`
record SharedNorm(
        WorkerGroup workers,
        @Nullable Parameter weight,
        @Nullable Parameter bias,
        Parameter mean,
        Parameter variance) {
    /// Mean and variance of a batch, `[C]` each, and the number of its values per channel.
    private record Moments(Tensor mean, Tensor variance, double count) {}

    /// The output for the rows of this worker, `[n, C, ...]`.
    ///
    /// @param mode with statistics of the batch
    Tensor forward(Tensor x, Mode mode) {
        Tensor wide = x.to(mean.tensor().scalar_type().intern()); // bfloat16 is too coarse for statistics
        Moments batch = moments(wide);
        if (mode == Mode.TRAIN) {
            follow(batch);
        }
        Tensor factor =
                batch.variance().add(Tensors.scalar(Layers.NORM_EPSILON)).rsqrt(); // [C]
        if (weight != null) {
            factor = factor.mul(weight.tensor());
        }
        Tensor y = wide.sub(perChannel(batch.mean(), x)).mul(perChannel(factor, x));
        if (bias != null) {
            y = y.add(perChannel(bias.tensor(), x));
        }
        return y.to(x.scalar_type().intern());
    }

    private Moments moments(Tensor x) {
        long channels = x.size(1);
        double own = (double) x.numel() / channels;
        long[] others = LongStream.range(0, x.dim()).filter(axis -> axis != 1).toArray();
        Tensor center = x.mean(others); // [C]
        Tensor squares = x.sub(perChannel(center, x)).square().sum(others); // [C]
        Tensor count = Tensors.zeros(Device.of(x), x.scalar_type().intern(), 1).add(Tensors.scalar(own));
        Tensor all = workers.gather(Tensors.cat(List.of(center, squares, count))); // [k (2 C + 1)]
        return combined(all.view(workers.size(), 2 * channels + 1), center, squares);
    }

    /// The moments of all rows.
    ///
    /// @param all means, squares and count of each worker, `[k, 2 C + 1]`
    /// @param center mean of the rows of this worker, with its graph
    /// @param squares sum of squared distances of the rows of this worker from their mean, with its graph
    private Moments combined(Tensor all, Tensor center, Tensor squares) {
        long channels = center.numel();
        double[] counts = Tensors.doubles(all.select(1, 2 * channels));
        double total = 0;
        for (double count : counts) {
            total += count;
        }
        if (total < 2) {
            throw Layers.tooFewValues();
        }
        var centers = new ArrayList<Tensor>();
        var shares = new ArrayList<Tensor>();
        for (int r = 0; r < counts.length; r++) {
            centers.add(r == workers.rank() ? center : all.select(0, r).narrow(0, 0, channels));
            shares.add(centers.getLast().mul(Tensors.scalar(counts[r] / total)));
        }
        Tensor mean = added(shares);
        var around = new ArrayList<Tensor>();
        for (int r = 0; r < counts.length; r++) {
            Tensor own = r == workers.rank() ? squares : all.select(0, r).narrow(0, channels, channels);
            around.add(own.add(centers.get(r).sub(mean).square().mul(Tensors.scalar(counts[r]))));
        }
        Tensor sum = added(around);
        Tensor both = Tensors.cat(List.of(mean, sum.div(Tensors.scalar(total)))); // [2 C]
        if (both.requires_grad()) {
            workers.sumGradient(both);
        }
        return new Moments(both.narrow(0, 0, channels), both.narrow(0, channels, channels), total);
    }

    /// The sum in the order of the workers, which is the same on all of them.
    private static Tensor added(List<Tensor> terms) {
        Tensor sum = terms.getFirst();
        for (Tensor term : terms.subList(1, terms.size())) {
            sum = sum.add(term);
        }
        return sum;
    }

    private void follow(Moments batch) {
        try (var off = Gradients.off()) {
            double unbiased = batch.count() / (batch.count() - 1);
            mean.tensor().lerp_(batch.mean(), Tensors.scalar(Layers.NORM_MOMENTUM));
            variance.tensor()
                    .lerp_(batch.variance().mul(Tensors.scalar(unbiased)), Tensors.scalar(Layers.NORM_MOMENTUM));
        }
    }

    /// Values of channels, `[C]`, in the shape of `x`, `[1, C, 1, ...]`.
    private static Tensor perChannel(Tensor values, Tensor x) {
        long[] shape =
                LongStream.range(0, x.dim()).map(axis -> axis == 1 ? -1 : 1).toArray();
        return values.view(shape);
    }
}
