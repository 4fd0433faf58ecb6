package org.fullrank.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.Threads;
import org.fullrank.spectral.ClosedForm;
import org.fullrank.spectral.FeatureMap;
import org.fullrank.spectral.Graph;
import org.fullrank.spectral.Groups;
import org.fullrank.spectral.Kernel;
import org.fullrank.spectral.LandmarkChoice;
import org.fullrank.spectral.NearestNeighbors;
import org.fullrank.spectral.SampleRows;
import org.fullrank.spectral.SpectralObjective.Vicreg;

/// Measures how the time of closed forms grows with the number of samples N, which doubles from 1,000. The
/// samples are pairs of noisy views of points on a curved surface, with 32 values. The last line has the
/// slopes of straight lines through the logarithms of N and of the times, for N of at least 4,000. A slope
/// of 1 means that the time is proportional to N.
///
/// ```
/// bench/run ClosedFormBench [MOST [THREADS]]
/// ```
///
/// MOST is the largest N, 64,000 by default. It takes minutes.
public final class ClosedFormBench {
    private static final int LEAST = 1000;
    private static final int MOST = 64_000;
    private static final int SLOPE_FROM = 4000;
    private static final int VALUES = 32;
    private static final int NEIGHBORS = 10;
    private static final double NOISE = 0.1;
    private static final String[] COLUMNS = {"all samples", "1,024 landmarks", "nearest neighbors", "their eigenvectors"
    };

    private ClosedFormBench() {}

    public static void main(String[] arguments) {
        int most = Timing.argument(arguments, 0, MOST);
        Threads.use(Threads.resolve(Timing.argument(arguments, 1, 0)));
        times(LEAST); // warms up
        System.out.println("| N | " + String.join(" | ", COLUMNS) + " |");
        System.out.println("| --- |" + " --- |".repeat(COLUMNS.length));
        List<double[]> points = new ArrayList<>();
        for (int size = LEAST; size <= most; size *= 2) {
            double[] seconds = times(size);
            points.add(seconds);
            System.out.println("| %,d | %s |".formatted(size, row(seconds, "%.2f s")));
        }
        System.out.println("| slope | %s |".formatted(row(slopes(points), "%.2f")));
    }

    private static String row(double[] values, String format) {
        return String.join(
                " | ",
                Arrays.stream(values)
                        .mapToObj(v -> Double.isNaN(v) ? "" : String.format(Locale.ROOT, format, v))
                        .toList());
    }

    /// Seconds of each column; NaN if it would need too much memory.
    private static double[] times(int size) {
        double[] seconds = new double[COLUMNS.length];
        Arrays.fill(seconds, Double.NaN);
        try (var scope = Scope.withoutGradients()) {
            Tensor x = samples(size);
            SampleRows samples = SampleRows.of(x);
            Groups pairs = Groups.ofViews(size / 2, 2);
            Kernel kernel = Kernel.of("rbf", samples);
            ClosedForm form = ClosedForm.of(Vicreg.defaults()).withRankCut(1e-4);
            if (size <= SLOPE_FROM) {
                seconds[0] = Timing.seconds(() -> map(form, pairs, samples, FeatureMap.Landmarks.of(kernel, x)));
            }
            if (size > LandmarkChoice.STANDARD_COUNT) {
                seconds[1] = Timing.seconds(() -> map(
                        form,
                        pairs,
                        samples,
                        LandmarkChoice.DEFAULT.choose(kernel, samples, LandmarkChoice.STANDARD_COUNT, 1)));
            }
            Graph[] graph = new Graph[1];
            seconds[2] = Timing.seconds(() -> graph[0] = NearestNeighbors.graph(samples, NEIGHBORS));
            seconds[3] = Timing.seconds(() -> form.fit(graph[0]));
        }
        return seconds;
    }

    private static void map(ClosedForm form, Groups pairs, SampleRows samples, FeatureMap features) {
        try (var scope = Scope.withoutGradients()) {
            form.fit(pairs, samples, features).embed(samples);
        }
    }

    /// The slope of each column by least squares.
    private static double[] slopes(List<double[]> points) {
        double[] slopes = new double[COLUMNS.length];
        for (int column = 0; column < slopes.length; column++) {
            int c = column;
            int[] used = IntStream.range(0, points.size())
                    .filter(i -> LEAST << i >= SLOPE_FROM && !Double.isNaN(points.get(i)[c]))
                    .toArray();
            double[] x = Arrays.stream(used).mapToDouble(i -> i * Math.log(2)).toArray();
            double[] y = Arrays.stream(used)
                    .mapToDouble(i -> Math.log(points.get(i)[c]))
                    .toArray();
            slopes[c] = used.length < 2 ? Double.NaN : slope(x, y);
        }
        return slopes;
    }

    private static double slope(double[] x, double[] y) {
        double middle = Timing.mean(x);
        double squares = Arrays.stream(x).map(v -> (v - middle) * (v - middle)).sum();
        return IntStream.range(0, x.length)
                        .mapToDouble(i -> (x[i] - middle) * y[i])
                        .sum()
                / squares;
    }

    /// Row `2 i + v` is view v of point i, `[N, 32]`.
    private static Tensor samples(int size) {
        Keyed random = Keyed.of(1, Keyed.name("closed form bench"));
        double[] values = new double[size * VALUES];
        for (int i = 0; i < size / 2; i++) {
            double[] place = {2 * Math.PI * random.nextDouble(), 2 * Math.PI * random.nextDouble()};
            for (int view = 0; view < 2; view++) {
                for (int k = 0; k < VALUES; k++) {
                    double angle = (1 + k / 8) * place[k % 2] + (k / 2 % 2) * (place[1 - k % 2] + Math.PI / 2);
                    values[(2 * i + view) * VALUES + k] = Math.sin(angle) + NOISE * random.nextGaussian();
                }
            }
        }
        return Tensors.of(values, size, VALUES);
    }
}
