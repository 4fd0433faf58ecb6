package org.fullrank.independence;

import java.util.function.DoubleSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Tensors;

/// Random features of a single number: `phi_k(x) = scale f(w_k x + b_k)` for k from 1 to m. The inner product
/// of two feature vectors is a kernel. With cosines, this kernel approximates the Gaussian kernel of
/// bandwidth 1 (Rahimi and Recht 2007, "Random features for large-scale kernel machines").
///
/// @param function f
/// @param frequencies `w`
/// @param phases `b`, as many as weights
/// @param scale factor of each feature
public record ScalarFeatures(Function function, double[] frequencies, double[] phases, double scale) {
    private static final long KEY = Keyed.name("random features");
    private static final Pattern NAME = Pattern.compile("(fourier|relu):(\\d{1,6})");
    private static final int MOST_NAMED = ScalarFeatureSums.MOST_FEATURES / 2; // of each of two columns

    /// The function f.
    public enum Function {
        COSINE,
        RELU
    }

    public ScalarFeatures {
        InputException.when(
                frequencies.length == 0 || frequencies.length != phases.length,
                "random features: found %d frequencies and %d phases, expected equally many, at least 1",
                frequencies.length,
                phases.length);
    }

    /// Fourier features: cosines with `w ~ N(0, 1)` and `b ~ U(0, 2 pi)`.
    public static ScalarFeatures fourier(int count, long seed) {
        return fourier(count, Keyed.of(seed, KEY));
    }

    /// The same, drawn from `random`.
    public static ScalarFeatures fourier(int count, Keyed random) {
        return drawn(Function.COSINE, count, random, () -> 2 * Math.PI * random.nextDouble());
    }

    /// ReLU features with `w ~ N(0, 1)` and `b ~ N(0, 1)`.
    public static ScalarFeatures relu(int count, long seed) {
        var random = Keyed.of(seed, KEY);
        return drawn(Function.RELU, count, random, random::nextGaussian);
    }

    private static ScalarFeatures drawn(Function function, int count, Keyed random, DoubleSupplier phase) {
        InputException.when(count < 1, "random features: found %d, expected at least 1", count);
        double[] frequencies = new double[count];
        double[] phases = new double[count];
        for (int k = 0; k < count; k++) {
            frequencies[k] = random.nextGaussian();
            phases[k] = phase.getAsDouble();
        }
        return new ScalarFeatures(function, frequencies, phases, Math.sqrt(2.0 / count));
    }

    /// Features by name.
    ///
    /// @param text `fourier:m` or `relu:m` with the number of features m
    /// @throws InputException when the text is neither of these
    public static ScalarFeatures named(String text, long seed) {
        Matcher name = NAME.matcher(text);
        InputException.unless(
                name.matches(),
                "features %s: found neither fourier:m nor relu:m, expected one with a number m from 1 to %d",
                text,
                MOST_NAMED);
        int count = Integer.parseInt(name.group(2));
        InputException.unless(
                count >= 1 && count <= MOST_NAMED,
                "features %s: found %d features, expected 1 to %d",
                text,
                count,
                MOST_NAMED);
        return name.group(1).equals("fourier") ? fourier(count, seed) : relu(count, seed);
    }

    /// Number of features m.
    public int count() {
        return frequencies.length;
    }

    /// The features of each value: `[...] -> [..., m]`, float64. The caller's scope owns them.
    Tensor of(Tensor values) {
        Tensor angles =
                values.unsqueeze(-1).mul(Tensors.of(frequencies, count())).add_(Tensors.of(phases, count()));
        Tensor features = switch (function) {
            case COSINE -> angles.cos_();
            case RELU -> angles.clamp_min_(Tensors.scalar(0));
        };
        return features.mul_(Tensors.scalar(scale));
    }
}
