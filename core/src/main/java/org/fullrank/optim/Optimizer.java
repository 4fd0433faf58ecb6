package org.fullrank.optim;

import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Precision;
import org.fullrank.net.ParameterBuffer;

/// Updates the values of a parameter buffer from its gradients.
public sealed interface Optimizer extends AutoCloseable
        permits MomentumOptimizer, AdamOptimizer, RmspropOptimizer, MuonOptimizer, OrthogonalOptimizer {
    /// One update with the same learning rate for all parameters; `step` counts from 0 over the whole
    /// training.
    default void step(double learningRate, long step) {
        step(learningRate, learningRate, step);
    }

    /// One update.
    ///
    /// @param predictorRate the learning rate of the predictor, before it is multiplied by the factor of its
    ///     group
    /// @param step counts from 0 over the whole training
    void step(double learningRate, double predictorRate, long step);

    /// The vectors `[P]`, by name, that an exact resume needs. To restore the state, copy into them.
    SequencedMap<String, Tensor> state();

    @Override
    void close();

    /// The optimizer of `spec` for `parameters`, with the default groups and products in float32.
    static Optimizer of(OptimizerSpec spec, ParameterBuffer parameters) {
        return of(spec, GroupSpec.defaults(), parameters, 0);
    }

    /// The optimizer of `spec` for `parameters`, with products in float32.
    ///
    /// @param seed seed of the random approximations of a group that stays orthogonal
    ///
    /// @throws org.fullrank.engine.InputException when a group names a parameter that cannot stay orthogonal
    static Optimizer of(OptimizerSpec spec, GroupSpec groups, ParameterBuffer parameters, long seed) {
        return of(spec, groups, parameters, seed, Precision.FP32);
    }

    /// The optimizer of `spec` for `parameters`, with fresh state.
    ///
    /// @param seed seed of the random approximations of a group that stays orthogonal
    /// @param precision precision of the matrix products of Muon
    /// @throws org.fullrank.engine.InputException when a group names a parameter that cannot stay orthogonal
    static Optimizer of(
            OptimizerSpec spec, GroupSpec groups, ParameterBuffer parameters, long seed, Precision precision) {
        var orthogonal = OrthogonalGroup.of(groups, parameters);
        orthogonal.requireOrthogonal(parameters); // before there is a state that somebody must close
        Optimizer plain = plain(spec, groups, parameters, precision);
        return orthogonal.matrices().isEmpty()
                ? plain
                : new OrthogonalOptimizer(plain, parameters, orthogonal, groups.orthogonalStep(), seed);
    }

    private static Optimizer plain(
            OptimizerSpec spec, GroupSpec groups, ParameterBuffer parameters, Precision precision) {
        return switch (spec) {
            case OptimizerSpec.Sgd sgd -> new MomentumOptimizer(parameters, groups, sgd);
            case OptimizerSpec.Lars lars -> new MomentumOptimizer(parameters, groups, lars);
            case OptimizerSpec.Adam adam -> new AdamOptimizer(parameters, groups, adam);
            case OptimizerSpec.Rmsprop rmsprop -> new RmspropOptimizer(parameters, groups, rmsprop);
            case OptimizerSpec.Muon muon -> new MuonOptimizer(parameters, groups, muon, precision);
            case OptimizerSpec.AdamW adamW -> new AdamOptimizer(parameters, groups, adamW);
        };
    }
}
