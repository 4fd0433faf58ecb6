package org.fullrank.method;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.objective.Card;
import org.fullrank.objective.Need;
import org.fullrank.objective.Papers;
import org.fullrank.settings.Named;

/// The settings of the predictor in self-distillation, `[N, D] -> [N, D]`. The predictor predicts the target
/// from the online embedding z. Without a predictor, or with a bad one, the embedding collapses.
public sealed interface PredictorSpec {
    /// Idea and paper.
    Card card();

    /// Whether `rows` rows are enough for embeddings of `width` columns.
    default Need need(long rows, long width) {
        return Need.met(
                rows, "N %d, D %d: the loss compares single rows and uses no covariance".formatted(rows, width));
    }

    /// Whether there are parameters that the optimizer updates.
    default boolean hasWeights() {
        return true;
    }

    /// Whether something other than the optimizer changes these parameters too.
    default boolean overwritesWeights() {
        return false;
    }

    /// No predictor. This ablation collapses unless something else prevents it.
    @Named("identity")
    record Identity() implements PredictorSpec {
        @Override
        public boolean hasWeights() {
            return false;
        }

        @Override
        public Card card() {
            return new Card("nothing between embedding and target", Papers.BYOL);
        }
    }

    /// Linear, batch norm, ReLU, linear with bias: the predictor of BYOL and SimSiam.
    ///
    /// @param hidden width of the hidden layer
    /// @param batchNorm whether the hidden layer is normalized over the whole batch
    @Named("mlp")
    record Mlp(int hidden, boolean batchNorm) implements PredictorSpec {
        /// BYOL's hidden width.
        public static final int DEFAULT_HIDDEN = 4096;

        public Mlp {
            InputException.when(hidden < 1 || hidden > 1 << 16, "hidden: found %d, expected 1 to 65536", hidden);
        }

        @Override
        public Card card() {
            return new Card("linear, batch norm, ReLU, linear", Papers.BYOL);
        }

        public static Mlp defaults() {
            return new Mlp(DEFAULT_HIDDEN, true);
        }
    }

    /// One matrix, trained by gradient.
    ///
    /// @param symmetric whether it becomes `(W + W') / 2` after each step
    /// @param bias whether a bias is trained too
    @Named("linear")
    record Linear(boolean symmetric, boolean bias) implements PredictorSpec {
        @Override
        public boolean overwritesWeights() {
            return symmetric;
        }

        @Override
        public Card card() {
            return new Card("one trained matrix, symmetric if asked", Papers.DIRECTPRED);
        }

        public static Linear defaults() {
            return new Linear(false, false);
        }
    }

    /// The symmetrized least-squares predictor. Once in `every` steps, W is set to the solution of `W E[f f']
    /// = (E[f_a f'] + E[f f_a']) / 2` for the online embeddings f and the targets f_a. Between these steps it
    /// is trained by gradient. In the paper, this predictor is worse than all others.
    ///
    /// Source: Tian, Chen, Ganguli (2021), section 3 and table 1. The paper does not say how the expectations
    /// are estimated. Here, they are estimated as in [DirectSet].
    ///
    /// @param every number of steps between two solutions
    /// @param rho the share of the past in the running expectations
    /// @param epsilon directions with less than this share of the largest eigenvalue of `E[f f']` are left out
    @Named("optimal")
    record Optimal(int every, double rho, double epsilon) implements PredictorSpec {
        /// Removes eigenvalues that float32 cannot distinguish from 0.
        public static final double DEFAULT_EPSILON = 1e-5;

        public Optimal {
            requireEvery(every);
            requireRho(rho);
            InputException.unless(
                    epsilon > 0 && epsilon < 1, "epsilon: found %s, expected a positive number below 1", epsilon);
        }

        @Override
        public boolean overwritesWeights() {
            return true;
        }

        @Override
        public Card card() {
            return new Card("the least-squares solution, symmetrized", Papers.DIRECTPRED);
        }

        @Override
        public Need need(long rows, long width) {
            double seen = rows / (1 - rho);
            String text =
                    ("N %d, D %d: the correlation averages over about %s rows; directions missing in it are left out"
                                    + " of the predictor")
                            .formatted(rows, width, Need.number(seen));
            Need.Verdict verdict = seen > width ? Need.Verdict.MET : Need.Verdict.CONSIDER;
            return new Need(verdict, text, rows, 0, "", 0);
        }

        public static Optimal defaults() {
            return new Optimal(1, DirectSet.DEFAULT_RHO, DEFAULT_EPSILON);
        }
    }

    /// A predictor computed from the running correlation F of its own input. With `F = U diag(s) U'`, the
    /// predictor is `W = U diag(p) U'`, where p is a power of s. In DirectPred, alpha is 1/2, and in
    /// DirectCopy it is 1. F is not centered.
    ///
    /// Source: Tian, Chen, Ganguli, "Understanding self-supervised learning dynamics without contrastive pairs"
    /// (2021), section 4; alpha: Wang et al., "Towards demystifying representation learning with
    /// non-contrastive self-supervision" (2021), abstract only.
    ///
    /// @param alpha the power
    /// @param epsilon raises small eigenvalues, see [Form]
    /// @param rho the share of the past in F
    /// @param every number of steps between two computations of W; between them W is trained by gradient
    /// @param form which of the published forms
    /// @param normalize whether s is first divided by its largest value. If it is, `paper` and `code` differ
    ///     only by the floor. So set it to false for equation 18 as printed
    /// @param shift c in `p = max(s - c, 0)^alpha`; it is subtracted from s before the power (table 7 of the
    ///     paper)
    @Named("direct-set")
    record DirectSet(double alpha, double epsilon, double rho, int every, Form form, boolean normalize, double shift)
            implements PredictorSpec {
        /// DirectPred.
        public static final double DEFAULT_ALPHA = 0.5;
        /// Best in the DirectPred paper.
        public static final double DEFAULT_EPSILON = 0.1;
        /// DirectPred paper and code.
        public static final double DEFAULT_RHO = 0.3;
        /// The smallest eigenvalue of W in the official DirectPred code.
        public static final double FLOOR = 1e-4;

        /// Smallest divisor for eigenvalues. So the correlation of a collapsed embedding gives W = 0, not
        /// NaN.
        private static final double SMALLEST = 1e-30;

        /// The published forms of the formula.
        public enum Form {
            /// `p = s^alpha + epsilon max(s)` (DirectPred, equations 18 and 19). W is computed at the same
            /// times as for [#CODE]. Timing as [#CODE].
            PAPER,
            /// `p = max(s^alpha + epsilon, 1e-4)`, the official DirectPred code. F starts as the correlation
            /// of the first batch and averages both views. W starts with random values, and it is computed
            /// after the optimizer's step.
            CODE,
            /// `p = (s + epsilon)^alpha`, the official IsoLoss code. F starts at 0, and each view updates F
            /// before this view is predicted.
            ISO
        }

        public DirectSet {
            InputException.unless(
                    alpha > 0 && alpha <= 10, "alpha: found %s, expected a positive number up to 10", alpha);
            if (!(epsilon >= 0 && epsilon < 1e6)) {
                throw new InputException(
                        "epsilon: found %s, expected 0 or a positive number below 1e6".formatted(epsilon));
            }
            requireRho(rho);
            requireEvery(every);
            InputException.unless(
                    Math.abs(shift) < 1e6, "shift: found %s, expected a number between -1e6 and 1e6", shift);
            if (form == Form.ISO && every > 1) {
                throw new InputException(
                        "every: found %d, expected 1, because the form iso sets the predictor before each prediction"
                                .formatted(every));
            }
        }

        /// Without shift.
        public DirectSet(double alpha, double epsilon, double rho, int every, Form form, boolean normalize) {
            this(alpha, epsilon, rho, every, form, normalize, 0);
        }

        /// Whether W is computed after the optimizer's step. This is false for the form `iso`, which computes
        /// W for each prediction.
        @Override
        public boolean hasWeights() {
            return form != Form.ISO;
        }

        @Override
        public boolean overwritesWeights() {
            return hasWeights();
        }

        @Override
        public Card card() {
            return new Card("set from the correlation of its own input", Papers.DIRECTPRED);
        }

        @Override
        public Need need(long rows, long width) {
            return Need.met(
                    rows,
                    "N %d, D %d: the correlation averages over about %s rows and is not inverted"
                            .formatted(rows, width, Need.number(rows / (1 - rho))));
        }

        public static DirectSet defaults() {
            return new DirectSet(DEFAULT_ALPHA, DEFAULT_EPSILON, DEFAULT_RHO, 1, Form.CODE, true);
        }

        /// W for the correlation F, symmetric positive semi-definite `[D, D]`; of the same shape, type and
        /// device.
        ///
        /// With alpha 1, no eigenvectors are needed, because W is F, scaled, plus a multiple of the identity.
        public Tensor matrix(Tensor correlation) {
            if (alpha != 1 || shift != 0 || form == Form.CODE && epsilon < FLOOR) {
                return SymmetricEigen.of(correlation).map(this::eigenvalues);
            }
            Tensor top = largest(torch.linalg_eigvalsh(correlation));
            Tensor w = normalize ? correlation.div(top) : correlation.clone();
            Tensor lift = form == Form.PAPER && !normalize ? top : torch.ones_like(top);
            w.diagonal().add_(lift, Tensors.scalar(epsilon));
            return w;
        }

        /// `W^{1/2}`, symmetric `[D, D]`.
        public Tensor root(Tensor correlation) {
            return SymmetricEigen.of(correlation).map(s -> eigenvalues(s).sqrt());
        }

        /// The eigenvalues of W from those of F, `[D]` ascending.
        Tensor eigenvalues(Tensor ascending) {
            Tensor top = largest(ascending);
            Tensor s = ascending.clamp_min(Tensors.scalar(0));
            s = normalize ? s.div(top) : s;
            s = s.sub(Tensors.scalar(shift)).clamp_min(Tensors.scalar(0));
            return switch (form) {
                case PAPER -> {
                    Tensor lift = normalize ? torch.ones_like(top) : top;
                    yield s.pow(Tensors.scalar(alpha)).add(lift, Tensors.scalar(epsilon));
                }
                case CODE ->
                    s.pow(Tensors.scalar(alpha)).add(Tensors.scalar(epsilon)).clamp_min(Tensors.scalar(FLOOR));
                case ISO -> s.add(Tensors.scalar(epsilon)).pow(Tensors.scalar(alpha));
            };
        }

        /// The last of ascending eigenvalues, `[1]`, positive.
        private static Tensor largest(Tensor ascending) {
            return ascending.narrow(0, ascending.numel() - 1, 1).clamp_min(Tensors.scalar(SMALLEST));
        }
    }

    private static void requireEvery(int every) {
        InputException.when(every < 1, "every: found %d, expected at least 1 step", every);
    }

    private static void requireRho(double rho) {
        InputException.unless(rho >= 0 && rho < 1, "rho: found %s, expected a number from 0 to below 1", rho);
    }
}
