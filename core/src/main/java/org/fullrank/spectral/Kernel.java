package org.fullrank.spectral;

import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;
import org.fullrank.settings.Named;

/// A kernel: the inner product `k(x, y)` of features that need not be computed. Inputs are rows of float64.
/// The rows may be raw values or the features of an encoder.
///
/// [#of] creates a kernel from text such as `rbf:0.5`.
public sealed interface Kernel {
    /// The values for all pairs of rows, `[n, D]` and `[p, D]` to `[n, p]`. The caller's scope owns it.
    ///
    /// @throws InputException when this kernel has no value for a row
    Tensor gram(Tensor x, Tensor y);

    /// The values `k(x, x)` of each row, `[n, D]` to `[n, 1]`. The caller's scope owns it.
    Tensor diagonal(Tensor x);

    /// Whether a vector of zeros has a value. It has no angle to other vectors.
    default boolean takesZeros() {
        return true;
    }

    /// The first row without a value: a vector of zeros, if this kernel needs its angle. -1 if there is none.
    default int firstWithoutValue(Tensor rows) {
        return takesZeros()
                ? -1
                : SampleCheck.first(Reductions.squaredNorms(rows).eq(Tensors.scalar(0)));
    }

    /// The text from which [#of] reads this kernel, such as `rbf:0.5`.
    default String text() {
        return KernelText.write(this);
    }

    /// A kernel from text with its name and its settings in order: `linear`, `polynomial:1,2`, `rbf:0.5`. A
    /// setting that is left out gets its default.
    ///
    /// @throws InputException when there is no such kernel or setting
    static Kernel of(String text) {
        return KernelText.read(text);
    }

    /// The same as [#of(String)], but if `rbf` or `laplacian` has no width, its width is the median distance
    /// of some samples.
    ///
    /// @throws InputException when there is no such kernel or setting, or the median distance is 0
    static Kernel of(String text, SampleRows samples) {
        return switch (text.strip()) {
            case "rbf" -> new Rbf(MedianDistance.of(samples, 2));
            case "laplacian" -> new Laplacian(MedianDistance.of(samples, 1));
            default -> of(text);
        };
    }

    /// `x.y`: the features are the inputs.
    record Linear() implements Kernel {
        @Override
        public Tensor gram(Tensor x, Tensor y) {
            return x.matmul(y.t());
        }

        @Override
        public Tensor diagonal(Tensor x) {
            return Reductions.squaredNorms(x);
        }
    }

    /// `exp(-|x - y|^2 / (2 width^2))`.
    record Rbf(double width) implements Kernel {
        /// The scale of standardized features.
        public static final double DEFAULT_WIDTH = 1;

        public Rbf {
            requirePositive("width", width);
        }

        public static Rbf defaults() {
            return new Rbf(DEFAULT_WIDTH);
        }

        @Override
        public Tensor gram(Tensor x, Tensor y) {
            Tensor mean = Reductions.means(y); // smaller norms, so that less cancels
            Tensor a = x.sub(mean);
            Tensor b = y.sub(mean);
            return a.matmul(b.t())
                    .mul_(Tensors.scalar(-2))
                    .add_(Reductions.squaredNorms(a))
                    .add_(Reductions.squaredNorms(b).t())
                    .clamp_min_(Tensors.scalar(0))
                    .mul_(Tensors.scalar(-0.5 / (width * width)))
                    .exp_();
        }

        @Override
        public Tensor diagonal(Tensor x) {
            return ones(x);
        }
    }

    /// `exp(-|x - y|_1 / width)` with the sum of absolute differences.
    record Laplacian(double width) implements Kernel {
        /// The scale of standardized features.
        public static final double DEFAULT_WIDTH = 1;

        public Laplacian {
            requirePositive("width", width);
        }

        public static Laplacian defaults() {
            return new Laplacian(DEFAULT_WIDTH);
        }

        @Override
        public Tensor gram(Tensor x, Tensor y) {
            return torch.cdist(x, y, 1, new LongOptional())
                    .mul_(Tensors.scalar(-1 / width))
                    .exp_();
        }

        @Override
        public Tensor diagonal(Tensor x) {
            return ones(x);
        }
    }

    /// `(x.y + offset)^degree`.
    record Polynomial(double offset, int degree) implements Kernel {
        /// Includes all lower powers.
        public static final double DEFAULT_OFFSET = 1;
        /// Products of pairs of features.
        public static final int DEFAULT_DEGREE = 2;

        public Polynomial {
            InputException.unless(
                    offset >= 0 && offset < Double.POSITIVE_INFINITY,
                    "offset: found %s, expected 0 or a positive number; a kernel needs no negative power",
                    offset);
            InputException.unless(degree >= 1, "degree: found %d, expected at least 1; raise it", degree);
        }

        public static Polynomial defaults() {
            return new Polynomial(DEFAULT_OFFSET, DEFAULT_DEGREE);
        }

        @Override
        public Tensor gram(Tensor x, Tensor y) {
            return power(x.matmul(y.t()));
        }

        @Override
        public Tensor diagonal(Tensor x) {
            return power(Reductions.squaredNorms(x));
        }

        private Tensor power(Tensor products) {
            return products.add_(Tensors.scalar(offset)).pow_(Tensors.scalar(degree));
        }
    }

    /// The arc-cosine kernels of Cho and Saul 2009. They are the limits of wide layers with random weights
    /// whose activation is a step (order 0) or a ReLU (order 1). If t is the angle between x and y, the
    /// kernel is `1 - t / pi` for order 0 and `|x| |y| (sin t + (pi - t) cos t) / pi` for order 1.
    @Named("arc-cosine")
    record ArcCosine(int order) implements Kernel {
        /// The kernel of a ReLU layer.
        public static final int DEFAULT_ORDER = 1;

        public ArcCosine {
            InputException.unless(
                    order == 0 || order == 1, "order: found %d, expected 0 (step) or 1 (ReLU); choose one", order);
        }

        public static ArcCosine defaults() {
            return new ArcCosine(DEFAULT_ORDER);
        }

        @Override
        public boolean takesZeros() {
            return order == 1;
        }

        @Override
        public Tensor gram(Tensor x, Tensor y) {
            SampleCheck.requireValues(this, x, y);
            Tensor angles = Angles.between(x, y);
            return order == 0 ? Angles.step(angles) : Angles.relu(angles, x, y);
        }

        @Override
        public Tensor diagonal(Tensor x) {
            return order == 0 ? ones(x) : Reductions.squaredNorms(x);
        }
    }

    /// The neural tangent kernel of a network with one wide ReLU layer, without biases, whose two layers are
    /// both trained. It is `arc-cosine:1` plus `x.y` times `arc-cosine:0`.
    record Ntk() implements Kernel {
        @Override
        public boolean takesZeros() {
            return false;
        }

        @Override
        public Tensor gram(Tensor x, Tensor y) {
            SampleCheck.requireValues(this, x, y);
            Tensor angles = Angles.between(x, y);
            return Angles.step(angles).mul_(x.matmul(y.t())).add_(Angles.relu(angles, x, y));
        }

        @Override
        public Tensor diagonal(Tensor x) {
            return Reductions.squaredNorms(x).mul_(Tensors.scalar(2));
        }
    }

    private static void requirePositive(String name, double value) {
        InputException.unless(
                value > 0 && value < Double.POSITIVE_INFINITY,
                "%s: found %s, expected a positive number; give the distance at which samples count as near",
                name,
                value);
    }

    private static Tensor ones(Tensor x) {
        return torch.ones_like(x.narrow(1, 0, 1));
    }
}
