package org.fullrank.diagnose;

import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.Scope;
import org.fullrank.linalg.Magnitude;
import org.fullrank.linalg.Spectrum;

/// The mean singular value `1/D sum_i s_i` of rows that are scaled to length 1 and not centered, and its
/// bounds for such rows. A row of zeros is not scaled.
///
/// Source: Taha et al. 2021, "SVMax", equations 2 and 3. If there are fewer rows than columns, there are only
/// N singular values. The mean still divides by D. So embeddings of every shape can reach both bounds.
///
/// @param value the mean
/// @param lower `sqrt(N) / D`, reached at rank one
/// @param upper `sqrt(N min(N, D)) / D`, reached where all singular values are equal
public record MeanSingular(double value, double lower, double upper) {
    /// The mean singular value of rows `[N, D]`, float64.
    static MeanSingular of(Tensor rows) {
        try (var scope = Scope.withoutGradients()) {
            Tensor units = Magnitude.times(rows, Magnitude.factor(rows)); // [N, D]
            Tensor lengths = torch.norm(units, new ScalarOptional(new Scalar(2)), new long[] {1}, true); // [N, 1]
            Tensor unit = units.div(lengths.masked_fill_(lengths.eq(new Scalar(0)), new Scalar(1)));
            double n = rows.size(0);
            double d = rows.size(1);
            double sum = Arrays.stream(Spectrum.of(unit).singularValues()).sum();
            return new MeanSingular(sum / d, Math.sqrt(n) / d, Math.sqrt(n * Math.min(n, d)) / d);
        }
    }

    /// The position between the bounds, from 0 to 1; NaN if the bounds are equal (a single row or column).
    public double share() {
        return upper == lower ? Double.NaN : (value - lower) / (upper - lower);
    }
}
