package org.fullrank.stream;

import org.fullrank.online.Alarm;

/** Receives the progress of a stream, in the same thread, and can stop the stream. */
public interface StreamListener {
    /** A listener that does nothing and never stops. */
    StreamListener NONE = new StreamListener() {};

    /**
     * The stream starts with a saved rule.
     *
     * @param learned number of samples that the rule has learned from
     * @param skipped number of samples of this input that are skipped, because the saved rule has already processed
     *     them
     */
    default void continues(long learned, long skipped) {}

    /**
     * The verdict of the monitor has changed.
     *
     * @param learned number of samples that the rule has learned from
     */
    default void alarm(long learned, Alarm alarm) {}

    /**
     * A value was not a finite number. It was replaced, or its sample was left out.
     *
     * @param cells what was done so far, and how often
     */
    default void bad(BadCells cells) {}

    /** Whether the stream should stop after this sample. It is called after each sample. */
    default boolean stops() {
        return false;
    }
}
