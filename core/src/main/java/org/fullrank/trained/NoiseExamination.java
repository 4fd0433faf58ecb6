package org.fullrank.trained;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.data.Items;
import org.fullrank.diagnose.NoiseReport;
import org.fullrank.diagnose.NoiseReport.Level;
import org.fullrank.diagnose.NoiseSettings;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;
import org.fullrank.method.Method;
import org.fullrank.net.Mode;
import org.fullrank.net.NoisyCopies;
import org.fullrank.stats.Holm;
import org.fullrank.stats.NormalityNull;
import org.fullrank.stats.NormalityTest;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewTensors;
import org.jspecify.annotations.Nullable;

/// Adds Gaussian noise to some items and tests whether the embeddings of the noisy copies of an item are
/// Gaussian.
final class NoiseExamination {
    /// Items that get noise. One of them may fail by chance.
    static final int ITEMS = 16;

    /// Items for the standard deviation of an input value.
    private static final int UNIT_ITEMS = 256;

    /// Dimensions that are tested. With more, the smallest p-value would need more [#SAMPLES].
    private static final int DIMENSIONS = 32;

    /// Normal samples to compare with: 30 of them are beyond the level of one of 32 dimensions.
    private static final int SAMPLES = 100_000;

    /// A dimension is constant if its deviation is below this share of the largest value of the embedding: the
    /// rounding of float32 would then decide about its distribution.
    private static final double ROUNDING = 64 * 0x1p-24;

    private NoiseExamination() {}

    /// The report for the first items.
    ///
    /// @param views generator of the run's views; the plain view of an item gets the noise
    /// @throws InputException when there are fewer than two items, when all of them or all of their embeddings
    ///     are equal, or when no embedding changes with the noise
    static NoiseReport of(Method method, ViewGenerator views, Items items, NoiseSettings settings) {
        InputException.when(
                items.size() < 2,
                "--gaussian: found %d items, expected at least 2; choose another split",
                items.size());
        try (var scope = Scope.withoutGradients()) {
            ViewGenerator generator = views.on(items);
            Device device = method.parameters().device();
            int[] all = IntStream.range(0, Math.min(UNIT_ITEMS, items.size())).toArray();
            double unit = unit(generator, all, device);
            int count = Math.min(ITEMS, items.size());
            Tensor x = ViewTensors.plain(generator, Arrays.copyOf(all, count), device); // [n, ...]
            UnaryOperator<Tensor> network = rows -> method.embed(rows, Mode.EVALUATE);
            double apart = apart(network, x);
            NormalityNull normal = NormalityNull.of(settings.copies(), SAMPLES, 0);
            List<Found> levels = settings.levels().stream()
                    .map(noise -> new Found(noise, normal))
                    .toList();
            for (int item = 0; item < count; item++) {
                try (var inner = Scope.open()) {
                    Tensor one = x.select(0, item);
                    Tensor draws = Tensors.to(
                            NoisyCopies.draws(ScalarType.Float, settings.copies(), Tensors.shape(one), 0, item),
                            device);
                    levels.forEach(level -> level.add(NoisyCopies.of(network, one, draws, level.noise * unit)));
                }
            }
            InputException.when(
                    levels.stream().allMatch(level -> level.tested == 0),
                    "--gaussian: found embeddings that do not change with the noise, expected a change above rounding;"
                            + " give a larger --noise");
            return new NoiseReport(
                    count,
                    settings.copies(),
                    unit,
                    levels.getFirst().curved,
                    levels.stream().map(level -> level.result(apart)).toList());
        }
    }

    /// The root of the mean variance of an input value over the items.
    private static double unit(ViewGenerator views, int[] items, Device device) {
        try (var scope = Scope.open()) {
            Tensor x = ViewTensors.plain(views, items, device);
            Tensor rows = x.flatten(1, -1).to(ScalarType.Double); // [n, F]
            double unit = Math.sqrt(Reductions.squares(rows.sub(Reductions.means(rows))) / rows.numel());
            InputException.unless(
                    unit > 0,
                    "--gaussian: found items that are all equal, expected items that differ; choose another split");
            return unit;
        }
    }

    /// The root mean square of the distance of two different embeddings.
    private static double apart(UnaryOperator<Tensor> network, Tensor x) {
        try (var scope = Scope.open()) {
            Tensor rows = network.apply(x.clone()).to(ScalarType.Double);
            double squares = Reductions.squares(rows.sub(Reductions.means(rows)));
            double largest = Tensors.value(rows.abs().max());
            double apart = Math.sqrt(2 * squares / (rows.size(0) - 1));
            InputException.unless(
                    apart > ROUNDING * largest * Math.sqrt(rows.size(1)),
                    "--gaussian: found equal embeddings of all items, expected embeddings that differ; see the verdict");
            return apart;
        }
    }

    /// Sums over the items for one level of noise.
    private static final class Found {
        private final double noise;
        private final NormalityNull normal;
        private final List<Double> stays = new ArrayList<>();
        private @Nullable String curved;
        private double squares;
        private int tested;
        private int gaussian;

        Found(double noise, NormalityNull normal) {
            this.noise = noise;
            this.normal = normal;
        }

        void add(NoisyCopies copies) {
            curved = copies.curved();
            stays.add(curved == null ? copies.stay() : Double.NaN);
            squares += meanSquare(copies);
            double[] p = pValues(copies);
            if (p.length > 0) {
                tested++;
                gaussian += Arrays.stream(Holm.correct(p)).min().orElseThrow() > NoiseReport.SIGNIFICANCE ? 1 : 0;
            }
        }

        /// Mean squared distance of a copy from its item.
        private static double meanSquare(NoisyCopies copies) {
            double sum = 0;
            for (int k = 0; k < copies.outputs().length; k++) {
                double d = copies.outputs()[k] - copies.plain()[k % copies.width()];
                sum += d * d;
            }
            return sum / copies.count();
        }

        /// The p-values of up to [#DIMENSIONS] dimensions that are not constant, at equal steps.
        private double[] pValues(NoisyCopies copies) {
            double largest = Arrays.stream(copies.plain()).map(Math::abs).max().orElseThrow();
            List<double[]> columns = IntStream.range(0, copies.width())
                    .mapToObj(copies::output)
                    .filter(column -> deviation(column) > ROUNDING * largest)
                    .toList();
            int count = Math.min(DIMENSIONS, columns.size());
            return IntStream.range(0, count)
                    .mapToObj(k -> columns.get(k * columns.size() / count))
                    .mapToDouble(column -> normal.p(NormalityTest.of(column)))
                    .toArray();
        }

        private static double deviation(double[] column) {
            double mean = Arrays.stream(column).average().orElseThrow();
            return Math.sqrt(
                    Arrays.stream(column).map(v -> (v - mean) * (v - mean)).sum() / column.length);
        }

        Level result(double apart) {
            return new Level(
                    noise,
                    stays.stream()
                            .mapToDouble(stay -> Objects.requireNonNull(stay))
                            .average()
                            .orElseThrow(),
                    tested,
                    gaussian,
                    Math.sqrt(squares / stays.size()) / apart);
        }
    }
}
