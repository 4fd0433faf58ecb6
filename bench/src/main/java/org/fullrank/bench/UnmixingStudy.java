package org.fullrank.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Threads;
import org.fullrank.independence.AmariDistance;
import org.fullrank.independence.Columns;
import org.fullrank.independence.Unmixing;

/// Counts how often `unmix` is wrong about mixtures whose sources are known: warnings about independent
/// sources, wrong sources without a warning, and dependent sources without a warning. The seed of the i-th
/// mixtures is i. The study takes about ten minutes on one processor.
///
/// ```
/// bench/run UnmixingStudy [SAMPLES]
/// ```
public final class UnmixingStudy {
    private static final int SAMPLES = 2000;

    /// Correlation of neighboring samples of a series.
    private static final double MEMORY = 0.9;

    /// Steps of a series before its first sample.
    private static final int WARM_UP = 100;

    /// An unmixing with a larger Amari distance from the mixing matrix is wrong.
    private static final double WRONG = 0.1;

    /// Turn normal values into bounded, heavy-tailed, two-point and skewed ones.
    private static final List<DoubleUnaryOperator> SHAPES =
            List.of(v -> Math.tanh(2 * v), v -> v * Math.abs(v), v -> Math.signum(v) + 0.1 * v, v -> v * v);

    private UnmixingStudy() {}

    /// A kind of sources.
    private interface Sources {
        double[][] draw(Keyed random, int samples);
    }

    public static void main(String[] arguments) {
        int samples = Timing.argument(arguments, 0, SAMPLES);
        Threads.use(1);
        System.out.println("| sources | inputs | warnings | wrong without a warning | named as not identifiable |");
        System.out.println("| --- | --- | --- | --- | --- |");
        for (double memory : new double[] {0, MEMORY}) {
            String order = memory == 0 ? "independent samples" : "series";
            for (int count = 2; count <= SHAPES.size(); count += 2) {
                int width = count;
                study("%d independent, %s".formatted(count, order), 50, samples, (r, n) -> apart(r, n, width, memory));
            }
            study("2 normal, " + order, 25, samples, (r, n) -> normal(r, n, memory));
            study("2 on a ring, " + order, 13, samples, (r, n) -> ring(r, n, memory));
            study("2 with a common scale, " + order, 12, samples, (r, n) -> scaled(r, n, memory));
        }
    }

    private static void study(String name, int inputs, int samples, Sources sources) {
        int warnings = 0;
        int wrong = 0;
        int unresolved = 0;
        for (int i = 0; i < inputs; i++) {
            var random = Keyed.of(i, Keyed.name("unmixing study"));
            double[][] s = sources.draw(random, samples);
            double[][] mixing = mixing(random, s.length);
            Unmixing found = Unmixing.fit(new Columns(name, mixed(mixing, s)), Unmixing.STARTS, i);
            boolean warned = found.criterion() > found.independent().largest();
            warnings += warned ? 1 : 0;
            unresolved += found.identifiable() ? 0 : 1;
            wrong += !warned && found.identifiable() && AmariDistance.of(found.matrix(), mixing) > WRONG ? 1 : 0;
        }
        System.out.printf(Locale.ROOT, "| %s | %d | %d | %d | %d |%n", name, inputs, warnings, wrong, unresolved);
    }

    private static double[][] apart(Keyed random, int samples, int count, double memory) {
        double[][] sources = new double[count][];
        Arrays.setAll(
                sources,
                j -> Arrays.stream(series(random, samples, memory))
                        .map(SHAPES.get(j))
                        .toArray());
        return sources;
    }

    private static double[][] normal(Keyed random, int samples, double memory) {
        return new double[][] {series(random, samples, memory), series(random, samples, memory)};
    }

    /// Points near a circle. No rotation makes them independent.
    private static double[][] ring(Keyed random, int samples, double memory) {
        double[] angle = series(random, samples, memory);
        double[][] sources = new double[2][samples];
        for (int t = 0; t < samples; t++) {
            sources[0][t] = Math.cos(2 * angle[t]) + 0.3 * random.nextGaussian();
            sources[1][t] = Math.sin(2 * angle[t]) + 0.3 * random.nextGaussian();
        }
        return sources;
    }

    /// Normal values times a scale that both sources share.
    private static double[][] scaled(Keyed random, int samples, double memory) {
        double[] scale = series(random, samples, memory);
        double[][] sources = new double[2][samples];
        for (int t = 0; t < samples; t++) {
            sources[0][t] = Math.exp(scale[t] / 2) * random.nextGaussian();
            sources[1][t] = Math.exp(scale[t] / 2) * random.nextGaussian();
        }
        return sources;
    }

    /// Normal values of variance 1, each correlated with the one before it.
    private static double[] series(Keyed random, int samples, double memory) {
        double[] series = new double[samples];
        double value = 0;
        for (int t = -WARM_UP; t < samples; t++) {
            value = memory * value + Math.sqrt(1 - memory * memory) * random.nextGaussian();
            if (t >= 0) {
                series[t] = value;
            }
        }
        return series;
    }

    private static double[][] mixing(Keyed random, int width) {
        double[][] mixing = new double[width][width];
        for (double[] row : mixing) {
            Arrays.setAll(row, _ -> random.nextGaussian());
        }
        return mixing;
    }

    private static double[][] mixed(double[][] mixing, double[][] sources) {
        double[][] mixtures = new double[mixing.length][sources[0].length];
        for (int i = 0; i < mixing.length; i++) {
            for (int k = 0; k < sources.length; k++) {
                for (int t = 0; t < mixtures[i].length; t++) {
                    mixtures[i][t] += mixing[i][k] * sources[k][t];
                }
            }
        }
        return mixtures;
    }
}
