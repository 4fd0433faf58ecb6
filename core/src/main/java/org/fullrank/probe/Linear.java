package org.fullrank.probe;

import java.util.Arrays;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// The linear probe: logistic regression on cached features, fitted until it has converged. [LinearProtocol]
/// defines the function that is minimized.
///
/// The solver is L-BFGS, preconditioned with the Hessian at zero weights, `X' X / (N C) + l2 I`. This matrix
/// is the same for every class. The preconditioner removes the bad conditioning that correlated features,
/// such as pixels, cause.
public final class Linear {
    /// Features up to this width get the full preconditioner. Wider features get only its diagonal. A
    /// factorization of a 4,096 x 4,096 matrix takes less than a second.
    public static final int WIDEST_FULL = 4096;

    private Linear() {}

    /// The result of a fitted probe.
    ///
    /// @param accuracy on the test split
    /// @param iterations steps of the solver
    /// @param converged whether the gradient became as small as the protocol requires. If not, the fit is
    ///     unfinished, and the printed accuracy has a remark
    /// @param gradientShare length of the last gradient as a share of the first
    /// @param loss the minimum on the train split, in nats
    public record Outcome(Accuracy accuracy, int iterations, boolean converged, double gradientShare, double loss) {
        /// The text for people: the accuracy, and a remark if the fit has not converged.
        @Override
        public String toString() {
            return converged
                    ? accuracy.toString()
                    : accuracy + " (not converged after %d iterations)".formatted(iterations);
        }
    }

    /// The predictions of a fitted probe.
    ///
    /// @param classes one for each item of the test split
    /// @param outcome accuracy and result of the fit
    public record Answers(int[] classes, Outcome outcome) {}

    /// Fits on `train` and counts the correct predictions for `test`.
    ///
    /// @throws InputException as [#answer]
    public static Outcome evaluate(Features train, Features test, LinearProtocol protocol) {
        return answer(train, test, protocol).outcome();
    }

    /// Fits on `train` and predicts the classes of `test`.
    ///
    /// @throws InputException when either is unlabeled, when their widths or classes differ, or when the
    ///     train split has fewer than two classes
    public static Answers answer(Features train, Features test, LinearProtocol protocol) {
        int[] expected = test.labels();
        train.requireLike(test, "linear probe");
        requireTwoClasses(train.labels());
        return NativeErrors.guard("linear probe", () -> {
            try (var scope = Scope.withoutGradients()) {
                var standardizer = Standardizer.of(train);
                Lbfgs.Minimum fit = fit(standardizer, train, protocol);
                Tensor weights = Tensors.of(fit.x(), train.names().size(), train.width() + 1)
                        .to(ScalarType.Float);
                Tensor logits = withOnes(standardizer, test).matmul(weights.t()); // [N, C]
                int[] predicted = predictions(logits);
                return new Answers(
                        predicted,
                        new Outcome(
                                Accuracy.of(predicted, expected),
                                fit.iterations(),
                                fit.converged(),
                                fit.gradientShare(),
                                fit.value()));
            }
        });
    }

    /// A fitted probe as one affine map of the features, without standardization: `logits = W x + b`.
    ///
    /// @param weight W, `[C, D]`, row by row
    /// @param bias b, `[C]`
    /// @param converged whether the gradient became as small as the protocol requires
    public record Affine(float[] weight, float[] bias, boolean converged) {
        /// The logits `[N, C]` of features `[N, D]`. The caller's scope owns them.
        public Tensor logits(Tensor features) {
            return torch.linear(features, weightTensor(), new TensorOptional(biasTensor()));
        }

        /// The class of the largest logit of each item.
        public int[] classes(Features features) {
            try (var scope = Scope.withoutGradients()) {
                return predictions(logits(features.tensor()));
            }
        }

        /// W, `[C, D]`.
        public Tensor weightTensor() {
            return Tensors.of(weight, bias.length, weight.length / bias.length);
        }

        /// b, `[C]`.
        public Tensor biasTensor() {
            return Tensors.of(bias, bias.length);
        }
    }

    /// Fits on `train`.
    ///
    /// @throws InputException when the train split is unlabeled or has fewer than two classes
    public static Affine affine(Features train, LinearProtocol protocol) {
        requireTwoClasses(train.labels());
        return NativeErrors.guard("linear probe", () -> {
            var standardizer = Standardizer.of(train);
            Lbfgs.Minimum fit = fit(standardizer, train, protocol);
            double[] x = fit.x(); // [C, D + 1]
            int width = train.width();
            int classes = train.names().size();
            float[] weight = new float[classes * width];
            float[] bias = new float[classes];
            for (int c = 0; c < classes; c++) {
                double shift = x[c * (width + 1) + width];
                for (int j = 0; j < width; j++) {
                    double scaled = x[c * (width + 1) + j] * standardizer.scales()[j];
                    weight[c * width + j] = (float) scaled;
                    shift -= scaled * standardizer.means()[j];
                }
                bias[c] = (float) shift;
            }
            return new Affine(weight, bias, fit.converged());
        });
    }

    /// The column of the largest logit in each row.
    ///
    /// @param logits `[N, C]`
    /// @return `[N]`
    private static int[] predictions(Tensor logits) {
        return Arrays.stream(Tensors.longs(logits.argmax(new LongOptional(1), false)))
                .mapToInt(Math::toIntExact)
                .toArray();
    }

    private static Lbfgs.Minimum fit(Standardizer standardizer, Features train, LinearProtocol protocol) {
        try (var scope = Scope.open()) {
            Tensor x = withOnes(standardizer, train); // [N, D + 1]
            var loss = new SoftmaxLoss(x, train.labels(), train.names().size(), protocol.l2());
            var preconditioner = Preconditioner.of(x, train.names().size(), protocol.l2());
            return new Lbfgs(loss, preconditioner)
                    .minimize(new double[loss.size()], protocol.tolerance(), protocol.maxIterations());
        }
    }

    /// Standardized features with a column of ones: `[N, D + 1]`.
    private static Tensor withOnes(Standardizer standardizer, Features features) {
        Tensor joined = Tensors.empty(ScalarType.Float, features.rows(), features.width() + 1); // [N, D + 1]
        try (var scope = Scope.open()) {
            joined.narrow(1, 0, features.width()).copy_(standardizer.apply(features));
            joined.narrow(1, features.width(), 1).fill_(Tensors.scalar(1));
        }
        return joined;
    }

    static void requireTwoClasses(int[] labels) {
        requireTwoClasses(labels, "the train split");
    }

    static void requireTwoClasses(int[] labels, String where) {
        InputException.when(
                Arrays.stream(labels).distinct().limit(2).count() < 2,
                "evaluation: found a single class in %s, expected at least 2; use data with a label to tell apart",
                where);
    }
}
