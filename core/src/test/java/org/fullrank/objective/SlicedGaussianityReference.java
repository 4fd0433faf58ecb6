package org.fullrank.objective;

import java.util.Arrays;
import java.util.List;
import org.fullrank.engine.Keyed;
import org.fullrank.objective.SlicedGaussianity.Pooling;
import org.fullrank.objective.SlicedGaussianity.Weighting;

final class SlicedGaussianityReference implements Reference<SlicedGaussianity> {
    @Override
    public List<SlicedGaussianity> settings() {
        return List.of(new SlicedGaussianity(5, 9, 3, Weighting.GAUSSIAN, Pooling.MEAN), new SlicedGaussianity(4, 6, 5, Weighting.UNIFORM, Pooling.MEAN), new SlicedGaussianity(5, 9, 3, Weighting.GAUSSIAN, Pooling.MAX));
    }

    @Override
    public double value(SlicedGaussianity sigreg, Batch batch) {
        return value(sigreg, batch, batch.views()[0]);
    }

    /// `cos(t x)` of a float32 number near 1e20 has no digits.
    @Override
    public boolean hasDigitsForHugeEntries() {
        return false;
    }

    static double value(SlicedGaussianity sigreg, Batch batch, double[] z) {
        int d = batch.columns();
        double[] statistics = new double[sigreg.directions()];
        for (int m = 0; m < statistics.length; m++) {
            double[] direction = direction(m, d);
            double[] x = new double[batch.rows()];
            for (int i = 0; i < z.length; i++) {
                x[i / d] += z[i] * direction[i % d];
            }
            statistics[m] = eppsPulley(sigreg, x);
        }
        return sigreg.pooling() == Pooling.MEAN
                ? Arrays.stream(statistics).average().orElseThrow()
                : Arrays.stream(statistics).max().orElseThrow();
    }

    /// By the documented key.
    private static double[] direction(int m, int d) {
        Keyed random = Keyed.of(Batch.DRAW, Keyed.name("direction of sliced gaussianity"), m);
        double[] direction = new double[d];
        double squares = 0;
        for (int j = 0; j < d; j++) {
            direction[j] = (float) random.nextGaussian();
            squares += direction[j] * direction[j];
        }
        double norm = Math.sqrt(squares);
        return Arrays.stream(direction).map(a -> a / norm).toArray();
    }

    /// The trapezoid rule over both sides of 0.
    private static double eppsPulley(SlicedGaussianity sigreg, double[] x) {
        double step = sigreg.range() / (sigreg.points() - 1);
        double sum = 0;
        for (int k = 1 - sigreg.points(); k < sigreg.points(); k++) {
            double t = k * step;
            double real = Arrays.stream(x).map(v -> Math.cos(t * v)).average().orElseThrow() - Math.exp(-t * t / 2);
            double imaginary =
                    Arrays.stream(x).map(v -> Math.sin(t * v)).average().orElseThrow();
            double weight = sigreg.weighting() == Weighting.GAUSSIAN ? Math.exp(-t * t / 2) : 1;
            double edge = Math.abs(k) == sigreg.points() - 1 ? 0.5 : 1;
            sum += edge * step * weight * (real * real + imaginary * imaginary);
        }
        return x.length * sum;
    }
}
