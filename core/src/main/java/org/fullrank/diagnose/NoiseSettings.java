package org.fullrank.diagnose;

import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.stats.NormalityTest;

/// The noise of [NoiseReport].
///
/// @param levels standard deviations of the noise, rising; 1 is the standard deviation of an input value
/// @param copies noisy copies of each item
public record NoiseSettings(List<Double> levels, int copies) {
    /// From a noise that leaves most networks linear to one as large as the inputs.
    public static final List<Double> DEFAULT_LEVELS = List.of(0.001, 0.01, 0.03, 0.1, 0.3, 1.0);

    /// Enough for the test to see an excess kurtosis of 1, and few enough to take seconds.
    public static final int DEFAULT_COPIES = 256;

    /// More levels or copies take too long for a diagnosis.
    private static final int MOST_LEVELS = 20;

    private static final int MOST_COPIES = 2000;

    /// Above it, a network may overflow in float32.
    private static final double MOST_NOISE = 1e6;

    public NoiseSettings {
        levels = List.copyOf(levels);
        InputException.when(
                levels.isEmpty() || levels.size() > MOST_LEVELS,
                "--noise: found %d levels, expected 1 to %d; give other levels",
                levels.size(),
                MOST_LEVELS);
        for (int i = 0; i < levels.size(); i++) {
            InputException.unless(
                    levels.get(i) > 0 && levels.get(i) <= MOST_NOISE,
                    "--noise: found %s, expected numbers above 0 and at most %.0e; leave it out",
                    levels.get(i),
                    MOST_NOISE);
            InputException.when(
                    i > 0 && levels.get(i) <= levels.get(i - 1),
                    "--noise: found %s after %s, expected rising levels; sort them",
                    levels.get(i),
                    levels.get(Math.max(0, i - 1)));
        }
        InputException.when(
                copies < NormalityTest.LEAST || copies > MOST_COPIES,
                "--copies: found %d, expected %d to %d, because the test of normality needs %d; give another number",
                copies,
                NormalityTest.LEAST,
                MOST_COPIES,
                NormalityTest.LEAST);
    }

    public static NoiseSettings defaults() {
        return new NoiseSettings(DEFAULT_LEVELS, DEFAULT_COPIES);
    }
}
