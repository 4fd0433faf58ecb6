package org.fullrank.method;

import org.fullrank.engine.InputException;
import org.fullrank.objective.Card;
import org.fullrank.objective.Papers;
import org.fullrank.settings.Named;

/// The settings of the target of self-distillation. The target gives the embeddings with which predictions
/// are compared. The target is the trained network itself, or a slow copy of it. It has no predictor.
public sealed interface TargetSpec {
    /// Idea and paper.
    Card card();

    /// The embedding of the same network, without gradient (SimSiam).
    @Named("stop-gradient")
    record StopGradient() implements TargetSpec {
        @Override
        public Card card() {
            return new Card("the same network, without gradient", Papers.SIMSIAM);
        }
    }

    /// The embedding of the same network, with gradient: the ablation that collapses.
    @Named("gradient")
    record Gradient() implements TargetSpec {
        @Override
        public Card card() {
            return new Card("the same network, with gradient: the ablation", Papers.SIMSIAM);
        }
    }

    /// A second network that follows the first, `w = rate w + (1 - rate) online` after each step (BYOL). Only
    /// parameters follow. The target network is always in training mode. It normalizes with the statistics of
    /// its own batches, so its running statistics have no effect (as in the official DirectPred code).
    ///
    /// @param rate the share of the old target; with 1, the target never changes; with 0, it is the online
    ///     network of the previous step
    /// @param curve how the rate changes over training
    /// @param copy whether the target starts as a copy of the online network; if not, it starts with its own
    ///     initial values
    @Named("ema")
    record Ema(double rate, Curve curve, boolean copy) implements TargetSpec {
        /// BYOL and DirectPred on ImageNet and STL-10; 0.99 is usual for short trainings.
        public static final double DEFAULT_RATE = 0.996;

        /// The rate over time.
        public enum Curve {
            /// The rate is constant.
            CONSTANT,
            /// `1 - (1 - rate) (1 + cos(pi k / K)) / 2` at step k of K: from the rate to 1.
            COSINE
        }

        public Ema {
            InputException.unless(rate >= 0 && rate <= 1, "rate: found %s, expected a number from 0 to 1", rate);
        }

        @Override
        public Card card() {
            return new Card("a second network that follows slowly", Papers.BYOL);
        }

        public static Ema defaults() {
            return new Ema(DEFAULT_RATE, Curve.COSINE, true);
        }

        /// The rate after step `step` of `totalSteps`.
        public double rate(long step, long totalSteps) {
            return switch (curve) {
                case CONSTANT -> rate;
                case COSINE -> 1 - (1 - rate) * (1 + Math.cos(Math.PI * step / totalSteps)) / 2;
            };
        }
    }
}
