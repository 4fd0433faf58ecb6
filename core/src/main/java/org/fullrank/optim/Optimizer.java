package org.fullrank.optim;

import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.net.ParameterBuffer;

/// Moves the values of a parameter buffer along its gradients.
public sealed interface Optimizer extends AutoCloseable permits MomentumOptimizer, AdamWOptimizer {
    /// One update with `learningRate`; `step` counts from 0 over the whole training.
    void step(double learningRate, long step);

    /// The vectors `[P]` that must be saved to go on exactly, by name. Restored by copying into them.
    SequencedMap<String, Tensor> state();

    @Override
    void close();

    /// The optimiser of `spec` for `parameters`, with fresh state.
    static Optimizer of(OptimizerSpec spec, ParameterBuffer parameters) {
        return switch (spec) {
            case OptimizerSpec.Sgd sgd -> new MomentumOptimizer(parameters, sgd);
            case OptimizerSpec.Lars lars -> new MomentumOptimizer(parameters, lars);
            case OptimizerSpec.AdamW adamW -> new AdamWOptimizer(parameters, adamW);
        };
    }
}
