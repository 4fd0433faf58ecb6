package org.fullrank.net;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

/// The outputs of a network for one input and for copies of it with Gaussian noise.
///
/// @param width D
/// @param plain the output for the input itself, `[D]`
/// @param outputs the outputs for the copies, `[n D]`, row by row
/// @param inRegion whether each copy is in the linear region of the input; see [LinearRegions]
/// @param curved the first operation of the network that is not piecewise linear; null if there is none. If
///     there is one, the network has no regions, and `inRegion` means nothing
public record NoisyCopies(
        int width,
        double[] plain,
        double[] outputs,
        boolean[] inRegion,
        @Nullable String curved) {
    private static final long DRAWS = Keyed.name("noisy copies");

    /// Rows of a forward pass.
    private static final int BATCH = 256;

    /// The most numbers of all draws: 800 MB, as they are drawn in float64.
    private static final int MOST_NUMBERS = 100_000_000;

    /// Runs the network on `x + noise draws`.
    ///
    /// @param network maps a batch `[B, ...]` to `[B, D]`, row by row, as in evaluation
    /// @param x one input without the axis of the batch, such as `[F]` or `[C, H, W]`, float32 or float64
    /// @param draws for each copy what is added, `[n, ...]`; see [#draws]
    /// @param noise factor of the draws: the standard deviation of the noise
    /// @throws InputException when the noise is not a finite number above 0, or when an input or an output is
    ///     not finite
    public static NoisyCopies of(UnaryOperator<Tensor> network, Tensor x, Tensor draws, double noise) {
        requireNoise(noise);
        Jacobian.requireFinite("input", x);
        Jacobian.requireFinite("noise", draws);
        int count = Math.toIntExact(draws.size(0));
        InputException.when(count < 1, "noise: found no draws, expected at least 1; draw some");
        boolean[] inRegion = new boolean[count];
        var parts = new ArrayList<double[]>();
        String curved = null;
        for (int begin = 0; begin < count; begin += BATCH) {
            int rows = Math.min(BATCH, count - begin);
            try (var scope = Scope.withoutGradients();
                    var regions = LinearRegions.open(rows + 1)) {
                Tensor one = x.unsqueeze(0); // [1, ...]
                Tensor copies =
                        draws.narrow(0, begin, rows).mul(Tensors.scalar(noise)).add_(one); // [n, ...]
                Tensor y = network.apply(Tensors.cat(List.of(one, copies))); // [1 + n, D]
                Jacobian.requireFinite("output", y);
                parts.add(Tensors.doubles(Tensors.to(y, Device.CPU).to(ScalarType.Double)));
                System.arraycopy(regions.likeFirst(), 1, inRegion, begin, rows);
                curved = regions.curved();
            }
        }
        int width = parts.getFirst().length / (Math.min(BATCH, count) + 1);
        double[] plain = new double[width];
        System.arraycopy(parts.getFirst(), 0, plain, 0, width);
        double[] outputs = new double[count * width];
        int at = 0;
        for (double[] part : parts) {
            System.arraycopy(part, width, outputs, at, part.length - width);
            at += part.length - width;
        }
        return new NoisyCopies(width, plain, outputs, inRegion, curved);
    }

    /// Independent standard normal numbers, `[count, ...]`, on the host. The caller's scope owns them.
    ///
    /// @param type Float or Double
    /// @param sizes of one draw
    /// @param path together with the seed, the key of the numbers
    public static Tensor draws(ScalarType type, int count, long[] sizes, long seed, long... path) {
        long[] key = new long[path.length + 1];
        key[0] = DRAWS;
        System.arraycopy(path, 0, key, 1, path.length);
        var random = Keyed.of(seed, key);
        long[] shape = new long[sizes.length + 1];
        shape[0] = count;
        System.arraycopy(sizes, 0, shape, 1, sizes.length);
        double total = count;
        for (long size : sizes) {
            total *= size;
        }
        InputException.when(
                total > MOST_NUMBERS,
                "noisy copies: found %d copies of %.0f numbers each, expected at most %d numbers; choose fewer copies",
                count,
                total / count,
                MOST_NUMBERS);
        double[] values = new double[(int) total];
        for (int i = 0; i < total; i++) {
            values[i] = random.nextGaussian();
        }
        return Tensors.of(values, shape).to(type);
    }

    static void requireNoise(double noise) {
        InputException.unless(
                noise > 0 && Double.isFinite(noise),
                "noise: found %s, expected a finite standard deviation above 0; choose another",
                noise);
    }

    /// Copies n.
    public int count() {
        return inRegion.length;
    }

    /// One output of all copies, `[n]`.
    public double[] output(int j) {
        double[] column = new double[count()];
        for (int i = 0; i < column.length; i++) {
            column[i] = outputs[i * width + j];
        }
        return column;
    }

    /// The share of the copies that are in the linear region of the input.
    ///
    /// @throws InputException when the network is not piecewise linear
    public double stay() {
        InputException.when(
                curved != null,
                "linear region: found %s in the network, which is curved, expected ReLUs; leave out the region",
                String.valueOf(curved));
        int stay = 0;
        for (boolean in : inRegion) {
            stay += in ? 1 : 0;
        }
        return (double) stay / count();
    }
}
