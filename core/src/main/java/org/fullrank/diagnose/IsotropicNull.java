package org.fullrank.diagnose;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;
import org.fullrank.linalg.Spectrum;
import org.fullrank.linalg.Wishart;

/// The measures that isotropic Gaussian rows `[N, D]` would have. The measures of isotropic rows are the
/// largest values that N rows can reach in D dimensions. The values are means over samples. A measure is 0 or
/// NaN if it is not defined. For example, a single row has no centered spectrum.
///
/// Centering removes one degree of freedom. So the measures of centered rows are those of N - 1 rows.
/// [Wishart] computes the singular values.
///
/// @param rows N
/// @param width D
/// @param rankMe of the rows as they are, as [Spectrum#rankMe]
/// @param centeredRankMe of the centered rows; so are the ranks after it
/// @param singularValues of the centered rows if each dimension has variance 1, `min(N, D)` of them,
///     descending
public record IsotropicNull(
        long rows,
        int width,
        double rankMe,
        double centeredRankMe,
        double participation,
        double effectiveRank,
        double stableRank,
        double alpha,
        double[] singularValues) {
    private static final int CACHED = 256;
    private static final ConcurrentMap<Shape, IsotropicNull> CACHE = new ConcurrentHashMap<>();

    private record Shape(long rows, int width) {}

    /// The values for `rows` rows in `width` dimensions. This is a pure function whose results are cached.
    public static IsotropicNull of(long rows, int width) {
        if (rows < 1 || width < 1) {
            throw new InputException("isotropic null: found shape [%d, %d], expected at least one row and column"
                    .formatted(rows, width));
        }
        if (CACHE.size() > CACHED) {
            CACHE.clear();
        }
        return CACHE.computeIfAbsent(new Shape(rows, width), shape -> compute(shape.rows(), shape.width()));
    }

    private static IsotropicNull compute(long rows, int width) {
        Spectrum[] raw = Wishart.spectra(rows, width);
        int count = Math.toIntExact(Math.min(rows, width));
        if (rows == 1) {
            return new IsotropicNull(1, width, mean(raw, Spectrum::rankMe), 0, 0, 0, 0, Double.NaN, new double[count]);
        }
        Spectrum[] centered = Wishart.spectra(rows - 1, width);
        double[] values = IntStream.range(0, Math.toIntExact(Math.min(rows - 1, width)))
                .mapToDouble(i -> mean(centered, spectrum -> spectrum.singularValues()[i]))
                .toArray();
        return new IsotropicNull(
                rows,
                width,
                mean(raw, Spectrum::rankMe),
                mean(centered, Spectrum::rankMe),
                mean(centered, Spectrum::participationRatio),
                mean(centered, Spectrum::effectiveRank),
                mean(centered, Spectrum::stableRank),
                mean(centered, spectrum -> spectrum.powerLaw().alpha()),
                Arrays.copyOf(values, count));
    }

    private static double mean(Spectrum[] spectra, ToDoubleFunction<Spectrum> figure) {
        return Arrays.stream(spectra).mapToDouble(figure).average().orElseThrow();
    }
}
