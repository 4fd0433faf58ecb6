package org.fullrank.optim;

import org.fullrank.engine.InputException;

/// The settings of an optimizer. Weight decay applies to matrices and filters. Weight decay applies to biases
/// and norms only if [GroupSpec] says so.
public sealed interface OptimizerSpec {
    /// The usual momentum of SGD and LARS.
    double DEFAULT_MOMENTUM = 0.9;

    /// The base learning rate, before the schedule.
    double learningRate();

    /// Stochastic gradient descent with momentum: `m = momentum m + g; w = w - lr m` (PyTorch's form).
    record Sgd(double learningRate, double momentum, double weightDecay) implements OptimizerSpec {
        /// SimSiam's base rate for a batch of 256.
        public static final double DEFAULT_LEARNING_RATE = 0.05;
        /// SimSiam's weight decay.
        public static final double DEFAULT_WEIGHT_DECAY = 1e-4;

        public Sgd {
            requireRate(learningRate);
            requireShare("momentum", momentum);
            requireDecay(weightDecay);
        }

        public static Sgd defaults() {
            return new Sgd(DEFAULT_LEARNING_RATE, DEFAULT_MOMENTUM, DEFAULT_WEIGHT_DECAY);
        }
    }

    /// Adam (Kingma and Ba 2015) as PyTorch's `Adam`: weight decay is added to the gradient, and so it passes
    /// through both moments (L2).
    record Adam(double learningRate, double beta1, double beta2, double epsilon, double weightDecay)
            implements OptimizerSpec {
        /// None, as in PyTorch.
        public static final double DEFAULT_WEIGHT_DECAY = 0;

        public Adam {
            requireMoments(learningRate, beta1, beta2, epsilon, weightDecay);
        }

        /// The rest as [AdamW].
        public static Adam defaults() {
            return new Adam(
                    AdamW.DEFAULT_LEARNING_RATE,
                    AdamW.DEFAULT_BETA1,
                    AdamW.DEFAULT_BETA2,
                    AdamW.DEFAULT_EPSILON,
                    DEFAULT_WEIGHT_DECAY);
        }
    }

    /// Adam with decoupled weight decay (Loshchilov and Hutter 2019).
    record AdamW(double learningRate, double beta1, double beta2, double epsilon, double weightDecay)
            implements OptimizerSpec {
        /// Adam's own default.
        public static final double DEFAULT_LEARNING_RATE = 1e-3;
        /// Adam's own default.
        public static final double DEFAULT_BETA1 = 0.9;
        /// Adam's own default.
        public static final double DEFAULT_BETA2 = 0.999;
        /// Adam's own default.
        public static final double DEFAULT_EPSILON = 1e-8;
        /// PyTorch's default.
        public static final double DEFAULT_WEIGHT_DECAY = 1e-2;

        public AdamW {
            requireMoments(learningRate, beta1, beta2, epsilon, weightDecay);
        }

        public static AdamW defaults() {
            return new AdamW(
                    DEFAULT_LEARNING_RATE, DEFAULT_BETA1, DEFAULT_BETA2, DEFAULT_EPSILON, DEFAULT_WEIGHT_DECAY);
        }
    }

    /// RMSprop as PyTorch's, without momentum: the gradient is divided by the root of a running mean of its
    /// squares. Weight decay is added to the gradient. Recurrent networks are often trained with it, as in
    /// projUNN.
    ///
    /// @param alpha decay of the mean squared gradient
    record Rmsprop(double learningRate, double alpha, double epsilon, double weightDecay) implements OptimizerSpec {
        /// The value of projUNN's adding task. PyTorch's default of 0.01 is high for recurrent networks.
        public static final double DEFAULT_LEARNING_RATE = 1e-3;
        /// PyTorch's default.
        public static final double DEFAULT_ALPHA = 0.99;
        /// None, as in PyTorch.
        public static final double DEFAULT_WEIGHT_DECAY = 0;

        public Rmsprop {
            requireMoments(learningRate, epsilon, weightDecay);
            requireShare("alpha", alpha);
        }

        public static Rmsprop defaults() {
            return new Rmsprop(DEFAULT_LEARNING_RATE, DEFAULT_ALPHA, AdamW.DEFAULT_EPSILON, DEFAULT_WEIGHT_DECAY);
        }
    }

    /// Muon (Jordan 2024, "Muon: an optimizer for hidden layers in neural networks"). The step of a matrix or
    /// filter is the orthogonal factor of its momentum. AdamW updates biases and norms.
    ///
    /// @param learningRate base rate of matrices and filters
    /// @param momentum momentum of the gradients of matrices and filters, with Nesterov's step
    /// @param weightDecay decoupled weight decay, as in AdamW
    /// @param adamRate AdamW updates biases and norms with the rate `adamRate * learningRate *`
    ///     [GroupSpec#vectorRate]
    record Muon(double learningRate, double momentum, double weightDecay, double adamRate) implements OptimizerSpec {
        /// The value of Jordan's code.
        public static final double DEFAULT_LEARNING_RATE = 0.02;
        /// The value of Jordan's code.
        public static final double DEFAULT_MOMENTUM = 0.95;
        /// The default of AdamW.
        public static final double DEFAULT_WEIGHT_DECAY = AdamW.DEFAULT_WEIGHT_DECAY;
        /// With the default rate, AdamW has 0.002.
        public static final double DEFAULT_ADAM_RATE = 0.1;

        public Muon {
            requireRate(learningRate);
            requireShare("momentum", momentum);
            requireDecay(weightDecay);
            InputException.unless(
                    adamRate >= 0 && adamRate < 1e6,
                    "adamRate: found %s, expected 0 or a positive number below 1e6",
                    adamRate);
        }

        public static Muon defaults() {
            return new Muon(DEFAULT_LEARNING_RATE, DEFAULT_MOMENTUM, DEFAULT_WEIGHT_DECAY, DEFAULT_ADAM_RATE);
        }

        /// The optimizer of biases and norms, without its learning rate.
        AdamW adam() {
            return new AdamW(
                    learningRate, AdamW.DEFAULT_BETA1, AdamW.DEFAULT_BETA2, AdamW.DEFAULT_EPSILON, weightDecay);
        }
    }

    /// Layer-wise adaptive rate scaling (You et al. 2017). The gradient of each matrix, including weight
    /// decay, is scaled by a trust ratio `eta |w| / denominator`. Biases and norms get a plain momentum step.
    ///
    /// @param eta the trust coefficient
    /// @param clip whether the trust ratio divided by the rate is limited to 1. This variant is for small
    ///     data sets (as solo-learn's `clip_lr`; unverified against a paper)
    /// @param denominator of the trust ratio
    record Lars(
            double learningRate, double momentum, double weightDecay, double eta, boolean clip, Denominator denominator)
            implements OptimizerSpec {
        /// The number by which the norm of a matrix is divided. Here, g is its gradient without weight decay.
        public enum Denominator {
            /// `|g + decay w|`: the official VICReg and Barlow Twins codes.
            DECAYED,
            /// `|g| + decay |w|`: equation 6 of the paper, and solo-learn. A matrix without a gradient does
            /// not decay.
            SUM
        }

        /// VICReg's base rate for 100 epochs on ImageNet.
        public static final double DEFAULT_LEARNING_RATE = 0.3;
        /// VICReg's weight decay.
        public static final double DEFAULT_WEIGHT_DECAY = 1e-6;
        /// VICReg's trust coefficient. With `clip`, 0.02 is usual.
        public static final double DEFAULT_ETA = 1e-3;
        /// The value of the official VICReg code.
        public static final Denominator DEFAULT_DENOMINATOR = Denominator.DECAYED;

        public Lars {
            requireRate(learningRate);
            requireShare("momentum", momentum);
            requireDecay(weightDecay);
            if (!(eta > 0)) {
                throw new InputException("eta: found %s, expected a positive number".formatted(eta));
            }
        }

        /// With the denominator of the official VICReg code.
        public Lars(double learningRate, double momentum, double weightDecay, double eta, boolean clip) {
            this(learningRate, momentum, weightDecay, eta, clip, DEFAULT_DENOMINATOR);
        }

        public static Lars defaults() {
            return new Lars(DEFAULT_LEARNING_RATE, DEFAULT_MOMENTUM, DEFAULT_WEIGHT_DECAY, DEFAULT_ETA, false);
        }
    }

    private static void requireRate(double rate) {
        if (!(rate > 0 && rate < 1e6)) {
            throw new InputException("learningRate: found %s, expected a positive number below 1e6".formatted(rate));
        }
    }

    private static void requireMoments(double rate, double beta1, double beta2, double epsilon, double decay) {
        requireMoments(rate, epsilon, decay);
        requireShare("beta1", beta1);
        requireShare("beta2", beta2);
    }

    private static void requireMoments(double rate, double epsilon, double decay) {
        requireRate(rate);
        requireDecay(decay);
        if (!(epsilon > 0)) {
            throw new InputException("epsilon: found %s, expected a positive number".formatted(epsilon));
        }
    }

    private static void requireShare(String name, double share) {
        if (!(share >= 0 && share < 1)) {
            throw new InputException("%s: found %s, expected a number from 0 to below 1".formatted(name, share));
        }
    }

    private static void requireDecay(double decay) {
        if (!(decay >= 0 && decay < 1e3)) {
            throw new InputException(
                    "weightDecay: found %s, expected 0 or a positive number below 1e3".formatted(decay));
        }
    }
}
