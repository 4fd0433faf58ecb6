package org.fullrank.online;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A learner of features that gets one sample at a time. A learner is a layer or a stack of layers, with or
 * without a running standardization of its input.
 *
 * <p>Only one thread at a time may use a rule. The array that {@link #update} and {@link #transform} return
 * belongs to the rule. The next call overwrites this array, so copy the array to keep it. Neither method
 * allocates memory.
 */
public sealed interface OnlineRule permits Layer, Stack, Standardized {
    /** Width of a sample. */
    int inputs();

    /** Number of features. */
    int units();

    /** Number of samples that the rule has learned from. */
    long samples();

    /**
     * Learns from one sample.
     *
     * @param x the sample, {@code [inputs]}, finite
     * @return the features of the sample before the weights change, {@code [units]}; the next call overwrites them
     * @throws IllegalArgumentException when the width differs or a value is not finite. In this case, nothing was
     *     learned
     * @throws IllegalStateException when the features are no longer finite. In this case, the learning rate is too high
     */
    float[] update(float[] x);

    /**
     * The features of a sample, without learning.
     *
     * @param x the sample, {@code [inputs]}, finite
     * @return the features, {@code [units]}; the next call overwrites them
     * @throws IllegalArgumentException when the width differs or a value is not finite
     */
    float[] transform(float[] x);

    /** Ends the sequence. The next sample is not pulled towards the last one. */
    void sequenceEnds();

    /** The monitor of the features. For a stack, it is the monitor of the last layer. */
    Monitor monitor();

    /** The latest verdict of the monitor. For a stack, it is the verdict of the lowest layer with an alarm. */
    Alarm alarm();

    /**
     * A copy of the weights, {@code [units, inputs]} row-major. For a stack, they are the weights of the last layer.
     */
    float[] weights();

    /**
     * Adds what another learner of the same kind, shape and settings has learned. The result is as if each learner had
     * learned from one part of one stream.
     *
     * <p>The counts of samples are exact. The running moments are exact if the weights did not change and the estimate
     * rate is {@code 1/t}. Everything else is an approximation. The weights become the mean of both, weighted by the
     * number of samples. If a unit has opposite signs in both, the sign of one is flipped first (except for ReLU).
     * Moments with a constant rate are combined as if old and new samples had equal weight. The approximation is good
     * if both started from the same weights and are still similar. Units are paired by number, so learners from
     * different seeds should not be merged. The current sequence ends.
     *
     * @throws IllegalArgumentException when kind, shape or settings differ
     */
    void merge(OnlineRule other);

    /**
     * Fails unless another learner may be merged into this one, or may replace it.
     *
     * @throws IllegalArgumentException when kind, shape or settings differ. Weights and estimates do not matter
     */
    void requireLike(OnlineRule other);

    /** The whole state: version, settings, weights, estimates, and a checksum. */
    default byte[] toBytes() {
        return toBytes(new long[0]);
    }

    /**
     * The whole state, with additional numbers of the caller.
     *
     * @param marks additional numbers, such as the position in the input; {@link Saved} returns them
     */
    default byte[] toBytes(long... marks) {
        return State.seal(out -> Saved.write(out, this, marks));
    }

    /** A learner that continues exactly like the learner whose {@link #toBytes} wrote the state. */
    static OnlineRule fromBytes(byte[] state) {
        return Saved.of("state", state).rule();
    }

    /**
     * Writes the state atomically. The file always contains either the old state or the new one.
     *
     * @param marks the same as in {@link #toBytes(long...)}
     * @throws IOException when the file cannot be written. In this case, the old file is unchanged
     */
    default void save(Path path, long... marks) throws IOException {
        State.save(path, toBytes(marks));
    }

    /**
     * Reads a file that {@link #save} wrote.
     *
     * @throws IllegalArgumentException when the file is damaged or is not a state
     */
    static OnlineRule load(Path path) throws IOException {
        return Saved.of("state file " + path, Files.readAllBytes(path)).rule();
    }
}
