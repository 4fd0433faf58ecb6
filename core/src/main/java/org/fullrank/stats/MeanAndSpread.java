package org.fullrank.stats;

import java.util.Arrays;
import java.util.Collection;
import java.util.function.ToDoubleFunction;

/// The mean and the standard deviation of a value over seeds.
///
/// @param n seeds
/// @param mean NaN if there are no values
/// @param std sample standard deviation (divisor n - 1). It is the spread of single trainings, not the error
///     of the mean. NaN for fewer than two seeds
public record MeanAndSpread(int n, double mean, double std) {
    public static MeanAndSpread of(double[] values) {
        double mean = Arrays.stream(values).average().orElse(Double.NaN);
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        return new MeanAndSpread(
                values.length, mean, values.length < 2 ? Double.NaN : Math.sqrt(squares / (values.length - 1)));
    }

    /// The mean and spread of a value of several things.
    public static <T> MeanAndSpread of(Collection<T> all, ToDoubleFunction<? super T> figure) {
        return of(all.stream().mapToDouble(figure).toArray());
    }
}
