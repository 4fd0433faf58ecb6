package org.fullrank.decompose;

import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.text.Numbers;
import org.jspecify.annotations.Nullable;

/// What is known about the noise of a tensor. With a known level, a fit ends as soon as its residual is not
/// larger than the noise. With an unknown level, the held-out entries end it.
public sealed interface NoiseLevel {
    /// The variance of the noise of each entry if `mean` is the entry without noise.
    Tensor variance(Tensor mean);

    /// @throws InputException when the data cannot have this noise
    default void requireFor(PartialTensor data) {}

    /// The level of a text: `gaussian:SIGMA`, `poisson`, or `poisson:READOUT`.
    ///
    /// @throws InputException when the text has another form
    static NoiseLevel of(String text) {
        String[] parts = text.split(":", 2);
        Double number = parts.length < 2 ? null : number(parts[1]);
        boolean complete = parts.length == 1 || number != null;
        if (parts[0].equals("poisson") && complete) {
            return new Poisson(number == null ? 0 : number);
        }
        if (parts[0].equals("gaussian") && number != null) {
            return new Gaussian(number);
        }
        throw new InputException(
                "noise: found %s, expected gaussian:SIGMA, poisson or poisson:READOUT, such as gaussian:0.2"
                        .formatted(text));
    }

    private static @Nullable Double number(String text) {
        try {
            return Double.valueOf(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /// The level is not known.
    record Unknown() implements NoiseLevel {
        @Override
        public Tensor variance(Tensor mean) {
            throw new IllegalStateException("the variance of unknown noise");
        }
    }

    /// N(0, sigma^2) in each entry.
    ///
    /// @param sigma in the units of the data
    record Gaussian(double sigma) implements NoiseLevel {
        public Gaussian {
            InputException.unless(
                    sigma > 0 && Double.isFinite(sigma),
                    "noise gaussian: found the deviation %s, expected a positive number",
                    sigma);
        }

        @Override
        public Tensor variance(Tensor mean) {
            return mean.mul(Tensors.scalar(0)).add(Tensors.scalar(sigma * sigma));
        }
    }

    /// Entries are counts of a Poisson distribution, plus N(0, readout^2) from reading them.
    ///
    /// @param readout in counts; 0 for pure counts
    record Poisson(double readout) implements NoiseLevel {
        /// The variance of a mean count of 0. It keeps the quotients finite.
        private static final double LEAST_VARIANCE = 1e-2;
        /// An entry this many deviations of the readout below 0 is no accident.
        private static final double READOUT_RANGE = 10;

        public Poisson {
            InputException.unless(
                    readout >= 0 && Double.isFinite(readout),
                    "noise poisson: found the readout deviation %s, expected a number from 0 on",
                    readout);
        }

        /// The readout may make a small count negative.
        @Override
        public void requireFor(PartialTensor data) {
            double least = -READOUT_RANGE * readout;
            InputException.when(
                    data.minimum() < least,
                    "noise poisson: found the entry %s, expected counts from 0 on%s; use another noise",
                    data.minimum(),
                    readout == 0
                            ? ""
                            : ", or from %s on with a readout noise of %s"
                                    .formatted(Numbers.number(least), Numbers.number(readout)));
        }

        @Override
        public Tensor variance(Tensor mean) {
            return mean.clamp_min(Tensors.scalar(0)).add(Tensors.scalar(Math.max(readout * readout, LEAST_VARIANCE)));
        }
    }
}
