package org.fullrank.online;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A layer, or a stack of them, that learns from one sample at a time.
 *
 * <p>Confined to one thread at a time. The array that {@link #update} and {@link #transform} return belongs to the rule
 * and is overwritten by the next call; copy what should stay. Neither allocates.
 */
public sealed interface OnlineRule permits Layer, Stack, Standardized {
    /** Width of a sample. */
    int inputs();

    /** Number of features. */
    int units();

    /** Samples learned from. */
    long samples();

    /**
     * Learns from one sample.
     *
     * @param x {@code [inputs]}, finite
     * @return its features before the weights changed, {@code [units]}; overwritten by the next call
     * @throws IllegalArgumentException when the width differs or a value is not finite; nothing was learned then
     * @throws IllegalStateException when the features are not finite any more: the learning rate is too high
     */
    float[] update(float[] x);

    /**
     * The features of a sample, without learning.
     *
     * @param x {@code [inputs]}, finite
     * @return {@code [units]}; overwritten by the next call
     * @throws IllegalArgumentException when the width differs or a value is not finite
     */
    float[] transform(float[] x);

    /** The next sample belongs to another sequence: it is not pulled towards the last one. */
    void sequenceEnds();

    /** Watches the features; those of the last layer in a stack. */
    Monitor monitor();

    /** The latest verdict of the monitor; in a stack that of the lowest layer that has one. */
    Alarm alarm();

    /** A copy of the weights, {@code [units, inputs]} row-major; of the last layer in a stack. */
    float[] weights();

    /**
     * Takes in what another learner of the same kind, shape and settings has learned, as if the two had learned from
     * two parts of one stream.
     *
     * <p>Exact: counts of samples; and, for weights that were the same all along, running moments with estimate rate
     * {@code 1/t}. An approximation: weights become the mean of both, weighted by samples, with units turned around
     * where the two have opposite signs (not for ReLU); moments with a constant rate are pooled as if old samples
     * counted as much as new ones. Good when both started from the same weights and did not drift far apart: units are
     * paired by number, so learners from different seeds should not be merged. The sequence ends.
     *
     * @throws IllegalArgumentException when kind, shape or settings differ
     */
    void merge(OnlineRule other);

    /**
     * Whether another learner may be merged into this one, or taken for it.
     *
     * @throws IllegalArgumentException when kind, shape or settings differ; weights and estimates do not matter
     */
    void requireLike(OnlineRule other);

    /** The whole state: version, settings, weights, estimates, and a checksum. */
    default byte[] toBytes() {
        return toBytes(new long[0]);
    }

    /**
     * The whole state, with numbers of the caller's own beside it.
     *
     * @param marks such as the position in the input up to which was learned; read back by {@link Saved}
     */
    default byte[] toBytes(long... marks) {
        return State.seal(out -> Saved.write(out, this, marks));
    }

    /** A learner that goes on exactly as the one that {@link #toBytes} described would have. */
    static OnlineRule fromBytes(byte[] state) {
        return Saved.of("state", state).rule();
    }

    /**
     * Writes the state so that the file holds either the old state or the new one, whatever happens.
     *
     * @param marks as in {@link #toBytes(long...)}
     * @throws IOException when the file cannot be written; the old one is untouched then
     */
    default void save(Path path, long... marks) throws IOException {
        State.save(path, toBytes(marks));
    }

    /**
     * Reads what {@link #save} wrote.
     *
     * @throws IllegalArgumentException when the file is damaged or no state
     */
    static OnlineRule load(Path path) throws IOException {
        return Saved.of("state file " + path, Files.readAllBytes(path)).rule();
    }
}
