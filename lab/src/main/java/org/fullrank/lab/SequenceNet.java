package org.fullrank.lab;

import java.util.random.RandomGenerator;
import org.fullrank.lab.MemoryNet.Batch;

/// A recurrent network that learns from batches of sequences.
interface SequenceNet {
    /// Makes a step of RMSprop.
    ///
    /// @param random for the random parts of a step
    /// @return the loss before the step
    double step(Batch batch, double rate, RandomGenerator random);

    /// The largest output of each sequence after its last step, `[B]`.
    long[] answers(Batch batch);
}
