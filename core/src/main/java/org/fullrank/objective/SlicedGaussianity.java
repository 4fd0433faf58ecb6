package org.fullrank.objective;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;
import org.fullrank.settings.Named;

/// SIGReg. SIGReg projects the embeddings on random unit directions and measures their distance from a
/// standard normal distribution. For a direction a with projections `x_n = a . z_n`, the Epps-Pulley
/// statistic is `T = N integral |1/N sum_n exp(i t x_n) - exp(-t^2/2)|^2 w(t) dt`. The integral is computed
/// by the trapezoid rule over `[-range, range]`. With the default settings, T is near 1 for rows from a
/// standard normal distribution. The statistic T is 0.41 N if the embedding has collapsed to 0. SIGReg
/// depends on the mean, variance and shape in each direction. So SIGReg prevents a loss of rank, of scale and
/// of centering.
///
/// The directions depend only on the draw. The entries of a direction are Gaussian numbers from the stream of
/// (draw, name, direction). Each direction is then divided by its norm.
///
/// The source is Balestriero, LeCun, "LeJEPA: provable and scalable self-supervised learning without the
/// heuristics" (2025), and the official code. The official code integrates over `[0, 3]` and doubles the
/// result. According to reports (we did not read it), the listing in the paper has 17 points on `[-5, 5]`.
/// The README of the official code uses 1024 random directions, and its complete example uses 256.
///
/// @param directions M, the number of directions
/// @param points number of points of the integral, on `[0, range]` (it is symmetric)
/// @param range where the integral ends
/// @param weighting w
/// @param pooling how the M statistics are combined
@Named("sliced-gaussianity")
public record SlicedGaussianity(int directions, int points, double range, Weighting weighting, Pooling pooling)
        implements Regularizer {
    /// The weight of a frequency t.
    public enum Weighting {
        /// `exp(-t^2/2)`, as in the official code.
        GAUSSIAN,
        /// 1.
        UNIFORM;

        double at(double t) {
            return switch (this) {
                case GAUSSIAN -> Math.exp(-t * t / 2);
                case UNIFORM -> 1;
            };
        }
    }

    /// How the statistics of the directions are combined.
    public enum Pooling {
        /// Their mean, as in the official code.
        MEAN,
        /// The largest statistic. Only the worst direction gets a gradient.
        MAX
    }

    /// The complete example of the official code.
    public static final int DEFAULT_DIRECTIONS = 256;
    /// Paper and official code.
    public static final int DEFAULT_POINTS = 17;
    /// The official code.
    public static final double DEFAULT_RANGE = 3;

    private static final long DIRECTION = Keyed.name("direction of sliced gaussianity");

    public SlicedGaussianity {
        InputException.when(
                directions < 1 || directions > 1 << 20, "directions: found %d, expected 1 to %d", directions, 1 << 20);
        if (points < 2 || points > 10_000) {
            throw new InputException("points: found %d, expected 2 to 10000".formatted(points));
        }
        InputException.unless(range > 0 && range <= 1e3, "range: found %s, expected a positive number", range);
    }

    public static SlicedGaussianity defaults() {
        return new SlicedGaussianity(
                DEFAULT_DIRECTIONS, DEFAULT_POINTS, DEFAULT_RANGE, Weighting.GAUSSIAN, Pooling.MEAN);
    }

    @Override
    public Terms evaluate(Tensor z, long draw) {
        return evaluate(List.of(z), draw).getFirst();
    }

    /// Uses the same directions for all views.
    @Override
    public List<Terms> evaluate(List<Tensor> views, long draw) {
        Tensor unit = directions(views.getFirst(), draw); // [M, D]
        Tensor x = torch.stack(vector(views.stream().map(z -> z.detach().mm(unit.t())))); // [V, N, M]
        Tensor statistics = x.new_zeros(x.size(0), 1, directions); // [V, 1, M]
        Tensor slopes = torch.zeros_like(x); // [V, N, M], of each statistic in its projections
        double step = range / (points - 1);
        for (int k = 1; k < points; k++) { // the term of t = 0 is 0, because both functions are 1 there
            double share = (k == points - 1 ? step : 2 * step) * weighting.at(k * step);
            addFrequency(x, k * step, share, statistics, slopes);
        }
        Tensor shares = shares(statistics); // [V, 1, M]
        Tensor values = statistics.mul(shares).sum(new long[] {1, 2}, false, new ScalarTypeOptional()); // [V]
        slopes.mul_(shares);
        var terms = new ArrayList<Terms>();
        for (int v = 0; v < views.size(); v++) {
            Tensor z = views.get(v);
            Tensor value = values.select(0, v);
            terms.add(Terms.of(
                    part(),
                    z.requires_grad()
                            ? Surrogate.of(value, z, slopes.select(0, v).mm(unit))
                            : value));
        }
        return terms;
    }

    private static TensorVector vector(Stream<Tensor> tensors) {
        var vector = new TensorVector();
        tensors.forEach(vector::push_back);
        return vector;
    }

    /// Adds the term `N share |mean_n exp(i t x_n) - exp(-t^2/2)|^2` of each direction to its statistic. Adds the
    /// derivatives of this term to the slopes.
    private static void addFrequency(Tensor x, double t, double share, Tensor statistics, Tensor slopes) {
        try (var scope = Scope.open()) {
            Tensor angles = x.mul(Tensors.scalar(t)); // [V, N, M]
            Tensor cosines = angles.cos();
            Tensor sines = angles.sin_();
            Tensor real = mean(cosines).sub_(Tensors.scalar(Math.exp(-t * t / 2))); // [V, 1, M]
            Tensor imaginary = mean(sines); // [V, 1, M]
            slopes.addcmul_(cosines, imaginary, Tensors.scalar(2 * share * t));
            slopes.addcmul_(sines, real, Tensors.scalar(-2 * share * t));
            statistics.add_(real.square_().add_(imaginary.square_()), Tensors.scalar(share * x.size(1)));
        }
    }

    /// The mean over the samples, `[V, N, M] -> [V, 1, M]`.
    private static Tensor mean(Tensor x) {
        return x.mean(new long[] {1}, true, new ScalarTypeOptional());
    }

    /// The weight of each statistic in the value of its view, `[V, 1, M]`.
    private Tensor shares(Tensor statistics) {
        return switch (pooling) {
            case MEAN -> torch.full_like(statistics, Tensors.scalar(1.0 / directions));
            case MAX -> {
                Tensor most = statistics.amax(new long[] {-1}, true); // [V, 1, 1]
                Tensor largest = statistics.ge(most).to(statistics.scalar_type()); // [V, 1, M]
                yield largest.div(Reductions.sum(largest, -1));
            }
        };
    }

    /// Unit directions `[M, D]` for embeddings `[N, D]`, in their type and on their device.
    Tensor directions(Tensor z, long draw) {
        int width = Math.toIntExact(z.size(1));
        Tensor unit = Tensors.empty(z.scalar_type().intern(), directions, width); // [M, D]
        MemorySegment memory = Tensors.segment(unit);
        boolean exact = unit.element_size() == Double.BYTES;
        IntStream.range(0, directions)
                .parallel()
                .forEach(m -> draw(Keyed.of(draw, DIRECTION, m), m, width, memory, exact));
        return Tensors.to(unit, Device.of(z));
    }

    /// Writes direction m to row m of the memory.
    private static void draw(Keyed random, int m, int width, MemorySegment memory, boolean exact) {
        float[] row = new float[width];
        double squares = 0;
        for (int j = 0; j < width; j++) {
            row[j] = (float) random.nextGaussian();
            squares += (double) row[j] * row[j];
        }
        double scale = 1 / Math.sqrt(squares);
        long first = (long) m * width;
        for (int j = 0; j < width; j++) {
            if (exact) {
                memory.setAtIndex(ValueLayout.JAVA_DOUBLE, first + j, row[j] * scale);
            } else {
                memory.setAtIndex(ValueLayout.JAVA_FLOAT, first + j, (float) (row[j] * scale));
            }
        }
    }

    @Override
    public String part() {
        return "sigreg";
    }

    @Override
    public Card card() {
        return new Card("a standard Gaussian along random directions (SIGReg)", Papers.LEJEPA)
                .with(part(), "near 1 for a standard normal sample, 0.41 N at collapse: falls and stays near 1");
    }
}
