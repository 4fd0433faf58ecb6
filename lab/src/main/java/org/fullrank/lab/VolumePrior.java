package org.fullrank.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Tensors;

/// One untrained 3-D convolutional network that generates a whole volume `[H, W, B]`: the deep image prior with 3-D
/// convolutions. It is the hourglass of the factor networks with one more dimension: each scale has two convolutions
/// of size 3 down, the first with stride 2, a skip of a few channels, and two convolutions up. Borders are padded with
/// zeros. The scope in which a network is made owns its numbers.
final class VolumePrior {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;
    private static final double SLOPE = 0.2;
    private static final double INPUT_RANGE = 0.1;

    private final RandomGenerator random;
    private final int width;
    private final int scales;
    private final int skip;
    private final Tensor input; // [1, inputs, H, W, B]
    private final List<Tensor> parameters = new ArrayList<>();
    private final List<Tensor> first = new ArrayList<>(); // moments of Adam
    private final List<Tensor> second = new ArrayList<>();
    private int next; // parameter of the layer that is computed
    private long multiplications; // of one forward pass
    private int steps;

    /// @param width channels
    /// @param scales halvings
    /// @param inputs channels of the input
    VolumePrior(List<Integer> shape, int width, int scales, int skip, int inputs, RandomGenerator random) {
        this.random = random;
        this.width = width;
        this.scales = scales;
        this.skip = skip;
        input = parameter(INPUT_RANGE / 2, INPUT_RANGE / 2, 1, inputs, shape.get(0), shape.get(1), shape.get(2));
        try (var off = Gradients.off()) {
            volume(); // makes the parameters
        }
    }

    /// Multiplications of one forward pass.
    long multiplications() {
        return multiplications;
    }

    /// Uniform on `center +- range`.
    private Tensor parameter(double center, double range, long... shape) {
        long count = 1;
        for (long side : shape) {
            count *= side;
        }
        float[] values = new float[Math.toIntExact(count)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (center + random.nextDouble(-1, 1) * range);
        }
        Tensor made = Tensors.of(values, shape);
        parameters.add(made.requires_grad_(true));
        first.add(Tensors.zeros(Device.CPU, ScalarType.Float, shape));
        second.add(Tensors.zeros(Device.CPU, ScalarType.Float, shape));
        return made;
    }

    /// The next parameter; made in the first pass.
    private Tensor layer(double center, double range, long... shape) {
        return next < parameters.size() ? parameters.get(next++) : made(center, range, shape);
    }

    private Tensor made(double center, double range, long... shape) {
        next++;
        return parameter(center, range, shape);
    }

    /// The volume `[H * W * B]`.
    Tensor volume() {
        next = 1; // after the input
        multiplications = 0;
        Tensor body = scale(input, 0);
        return convolution(body, 1, 1, 1).view(-1);
    }

    private Tensor scale(Tensor x, int index) {
        Tensor around = unit(x, skip, 1, 1);
        Tensor deeper = unit(unit(x, width, 3, 2), width, 3, 1);
        if (index + 1 < scales) {
            deeper = scale(deeper, index + 1);
        }
        long[] fine = {x.size(2), x.size(3), x.size(4)};
        Tensor up = torch.upsample_trilinear3d(deeper, fine, false);
        Tensor joined = normalized(torch.cat(new TensorVector(around, up), 1));
        return unit(unit(joined, width, 3, 1), width, 1, 1);
    }

    private Tensor unit(Tensor x, int out, int kernel, int stride) {
        return torch.leaky_relu(normalized(convolution(x, out, kernel, stride)), Tensors.scalar(SLOPE));
    }

    private Tensor convolution(Tensor x, int out, int kernel, int stride) {
        long in = x.size(1);
        double range = 1 / Math.sqrt(in * Math.pow(kernel, 3));
        Tensor weight = layer(0, range, out, in, kernel, kernel, kernel);
        Tensor bias = layer(0, range, out);
        long[] strides = {stride, stride, stride};
        long[] padding = {kernel / 2, kernel / 2, kernel / 2};
        long[] one = {1, 1, 1};
        Tensor y = torch.conv3d(x, weight, new TensorOptional(bias), strides, padding, one, 1);
        multiplications += y.numel() * in * kernel * kernel * kernel;
        return y;
    }

    private Tensor normalized(Tensor x) {
        Tensor weight = layer(1, 0, x.size(1));
        Tensor bias = layer(0, 0, x.size(1));
        return torch.batch_norm(
                x,
                new TensorOptional(weight),
                new TensorOptional(bias),
                Tensors.none(),
                Tensors.none(),
                true,
                0.1,
                1e-5,
                true);
    }

    /// One step of Adam on the squared error of the fitted entries.
    ///
    /// @param measured `[H * W * B]`
    /// @param weights 1 for a fitted entry, 0 for the others
    /// @return the volume before the step; it belongs to the scope of the caller
    Tensor step(Tensor measured, Tensor weights, double rate) {
        Tensor volume = volume();
        volume.sub(measured).square().mul(weights).sum().div(weights.sum()).backward();
        steps++;
        try (var off = Gradients.off()) {
            for (int k = 0; k < parameters.size(); k++) {
                Tensor gradient = parameters.get(k).grad();
                first.get(k).lerp_(gradient, Tensors.scalar(1 - BETA1));
                second.get(k).lerp_(gradient.square(), Tensors.scalar(1 - BETA2));
                Tensor mean = first.get(k).div(Tensors.scalar(1 - Math.pow(BETA1, steps)));
                Tensor size = second.get(k).div(Tensors.scalar(1 - Math.pow(BETA2, steps)));
                parameters
                        .get(k)
                        .sub_(mean.div(size.sqrt().add(Tensors.scalar(EPSILON))).mul(Tensors.scalar(rate)));
                gradient.zero_();
            }
        }
        return volume.detach();
    }
}
