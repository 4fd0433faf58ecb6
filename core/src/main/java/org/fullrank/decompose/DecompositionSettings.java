package org.fullrank.decompose;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.net.SignalShape;
import org.fullrank.net.SkipNetwork;
import org.fullrank.net.UntrainedNetwork;

/// The settings of a decomposition.
///
/// @param rank R, number of columns of each factor
/// @param network the network that generates each factor
/// @param loss distance between fitted and measured entries
/// @param rowSign sign of all factors but the last
/// @param columnSign sign of the last factor
/// @param threeWay how a 3-way tensor is decomposed; it has no effect on a matrix
/// @param stopping when the fit ends
/// @param variation weight of the total variation of the product in the loss, for data divided by twice their
///     root mean square; 0: none
/// @param descent how a step changes the networks
/// @param seed of the initial values, the held-out entries and the noise
public record DecompositionSettings(
        int rank,
        UntrainedNetwork network,
        FitLoss loss,
        FactorSign rowSign,
        FactorSign columnSign,
        ThreeWay threeWay,
        Stopping stopping,
        double variation,
        Descent descent,
        long seed) {
    public DecompositionSettings {
        InputException.when(rank < 1, "rank: found %d, expected at least 1", rank);
        InputException.unless(
                variation >= 0 && Double.isFinite(variation),
                "variation: found the weight %s, expected a number from 0 on",
                variation);
        InputException.when(
                loss instanceof FitLoss.Poisson && !(rowSign.isNonnegative() && columnSign.isNonnegative()),
                "loss poisson: found factors of any sign, expected nonnegative factors, because a mean count is not"
                        + " negative; use nonnegative factors or another loss");
    }

    /// When the fit ends. The fit keeps the factors of the step with the smallest held-out loss. Without this
    /// rule, the fit would learn the noise. It would end at the singular value decomposition of the same
    /// rank.
    ///
    /// With several splits, the mean of their held-out losses decides, and then all entries are fitted with as
    /// many steps. That costs one fit for each split and one more.
    ///
    /// @param holdout share of the observed entries that are not part of the loss
    /// @param splits number of random choices of the held-out entries
    /// @param patience steps without a new best before the fit ends
    /// @param iterations most steps
    /// @param noise if it is known, the residual ends the fit instead of the held-out loss
    public record Stopping(double holdout, int splits, int patience, int iterations, NoiseLevel noise) {
        /// One entry in twenty is enough to measure the error, and the fit hardly changes without these
        /// entries.
        public static final double DEFAULT_HOLDOUT = 0.05;
        /// One fit. [RankSearch] needs more splits.
        public static final int DEFAULT_SPLITS = 1;
        /// With Poisson noise, the loss hardly falls for long periods. With a patience of 80, fits of 64 x 64
        /// ended 1.6 dB below their best.
        public static final int DEFAULT_PATIENCE = 200;
        /// Fits of 64 x 64 end by their patience after 250 to 1000 steps.
        public static final int DEFAULT_ITERATIONS = 2000;

        public Stopping {
            InputException.unless(
                    holdout > 0 && holdout <= 0.5, "holdout: found %s, expected a share above 0, up to 0.5", holdout);
            InputException.unless(
                    splits >= 1 && splits <= 100, "splits: found %d, expected a number from 1 to 100", splits);
            InputException.when(patience < 1, "patience: found %d, expected at least 1", patience);
            InputException.when(iterations < 1, "iterations: found %d, expected at least 1", iterations);
        }

        public static Stopping defaults() {
            return new Stopping(
                    DEFAULT_HOLDOUT, DEFAULT_SPLITS, DEFAULT_PATIENCE, DEFAULT_ITERATIONS, new NoiseLevel.Unknown());
        }

        /// The same with another number of splits.
        public Stopping withSplits(int other) {
            return new Stopping(holdout, other, patience, iterations, noise);
        }

        /// The same for known noise.
        public Stopping withNoise(NoiseLevel other) {
            return new Stopping(holdout, splits, patience, iterations, other);
        }
    }

    /// How a step changes the networks: Adam on their weights and inputs.
    ///
    /// @param learningRate of Adam, for all parameters and all steps
    /// @param inputNoise standard deviation of the noise that each step adds to the inputs
    /// @param averaging share of the old average in the running average of the factors
    public record Descent(double learningRate, double inputNoise, double averaging) {
        /// Twice Adam's usual default. Then fits of 64 x 64 take hundreds of steps instead of thousands.
        public static final double DEFAULT_LEARNING_RATE = 2e-3;
        /// The value of the official code.
        public static final double DEFAULT_INPUT_NOISE = 1 / 30.0;
        /// The average covers about 20 steps.
        public static final double DEFAULT_AVERAGING = 0.95;

        public Descent {
            InputException.unless(
                    learningRate > 0 && learningRate < 1e3,
                    "learningRate: found %s, expected a positive number below 1000",
                    learningRate);
            InputException.unless(
                    inputNoise >= 0 && inputNoise < 1e3,
                    "inputNoise: found %s, expected a number from 0 to below 1000",
                    inputNoise);
            InputException.unless(
                    averaging >= 0 && averaging < 1,
                    "averaging: found %s, expected a number from 0 to below 1",
                    averaging);
        }

        public static Descent defaults() {
            return new Descent(DEFAULT_LEARNING_RATE, DEFAULT_INPUT_NOISE, DEFAULT_AVERAGING);
        }
    }

    /// Factors of any sign, with the squared loss.
    public static DecompositionSettings ofRank(int rank) {
        return new DecompositionSettings(
                rank,
                SkipNetwork.defaults(),
                new FitLoss.L2(),
                FactorSign.ANY,
                FactorSign.ANY,
                ThreeWay.PICTURE,
                Stopping.defaults(),
                0,
                Descent.defaults(),
                0);
    }

    /// The same with another rank.
    public DecompositionSettings withRank(int other) {
        return new DecompositionSettings(
                other, network, loss, rowSign, columnSign, threeWay, stopping, variation, descent, seed);
    }

    /// The same with another stopping rule.
    public DecompositionSettings withStopping(Stopping other) {
        return new DecompositionSettings(
                rank, network, loss, rowSign, columnSign, threeWay, other, variation, descent, seed);
    }

    /// The same with another weight of the total variation.
    public DecompositionSettings withVariation(double other) {
        return new DecompositionSettings(
                rank, network, loss, rowSign, columnSign, threeWay, stopping, other, descent, seed);
    }

    /// The same with another seed.
    public DecompositionSettings withSeed(long other) {
        return new DecompositionSettings(
                rank, network, loss, rowSign, columnSign, threeWay, stopping, variation, descent, other);
    }

    /// The sign of each of `count` factors.
    FactorSign sign(int factor, int count) {
        return factor == count - 1 ? columnSign : rowSign;
    }

    /// The signals in the factors of `data`.
    List<SignalShape> sides(Observed data) {
        return data.sides(threeWay);
    }

    /// The largest useful rank for these sides: the smallest product of all sides but one.
    static int largestRank(List<SignalShape> sides) {
        long all = sides.stream().mapToLong(SignalShape::size).reduce(1, Math::multiplyExact);
        long most = sides.stream().mapToLong(side -> all / side.size()).min().orElse(1);
        return (int) Math.min(most, Integer.MAX_VALUE);
    }

    /// What a user should know about these settings for the data, one line each: sides whose networks have fewer
    /// scales, and counts that may not be counts.
    public List<String> notes(Observed data) {
        var notes = new ArrayList<String>();
        List<SignalShape> sides = sides(data);
        for (int k = 0; k < sides.size(); k++) {
            int scales = network.scales(sides.get(k));
            if (scales < network.scales()) {
                notes.add("network: the shortest side of factor %d has %d entries, so it gets %d of %d scales"
                        .formatted(k + 1, sides.get(k).shorterSide(), scales, network.scales()));
            }
        }
        if (stopping.noise() instanceof NoiseLevel.Poisson && data.entries().maximum() <= 1) {
            notes.add("noise poisson: found no entry above 1, expected counts; if the data were divided by a number,"
                    + " multiply by it");
        }
        return notes;
    }

    /// @throws InputException when these settings do not suit the data
    public void requireFor(Observed data) {
        List<SignalShape> sides = sides(data);
        int most = largestRank(sides);
        InputException.when(
                rank > most, "rank: found %d for a tensor of shape %s, expected at most %d", rank, data.shape(), most);
        sides.forEach(UntrainedNetwork::requireSide);
        PartialTensor entries = data.entries();
        InputException.when(
                loss instanceof FitLoss.Poisson && entries.minimum() < 0,
                "loss poisson: found the entry %s, expected counts from 0 on; use another loss",
                entries.minimum());
        stopping.noise().requireFor(entries);
        int heldOut = HeldOut.count(data, stopping.holdout());
        InputException.when(
                heldOut < 1 || data.observations() - heldOut < 2,
                "holdout: found %s of %d %s, expected at least one held out and two fitted; change the share",
                stopping.holdout(),
                data.observations(),
                data instanceof SampleCovariance ? "samples" : "observed entries");
    }
}
