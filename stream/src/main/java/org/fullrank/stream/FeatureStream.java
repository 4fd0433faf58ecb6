package org.fullrank.stream;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.IntFunction;
import org.fullrank.online.OnlineRule;
import org.jspecify.annotations.Nullable;

/**
 * Learns features of samples online. The stream writes the features while it reads the samples.
 *
 * <pre>{@code
 * FeatureStream stream = FeatureStream.of(settings::rule, FeatureOutput.file(Path.of("features.csv")))
 *         .resuming(Path.of("sensors.state"));
 * try (Samples samples = Samples.open(Path.of("sensors.csv"), SampleOptions.defaults())) {
 *     StreamSummary summary = stream.run(samples);
 * }
 * }</pre>
 *
 * <p>Each save writes first the features and then the state to the disk. So a saved state never claims features that
 * the file does not have. After a kill, {@link #resuming} with the same input completes the output. Then the output
 * has the same bytes as without the kill.
 */
public final class FeatureStream {
    /**
     * 1000: a save takes milliseconds, so its cost per sample is small. If the stream is killed, few samples are lost.
     */
    public static final int SAVE_EVERY = 1000;

    private final IntFunction<? extends OnlineRule> rules;
    private final FeatureOutput output;
    private final @Nullable RuleState state;
    private final int saveEvery;
    private final StreamListener listener;

    private FeatureStream(
            IntFunction<? extends OnlineRule> rules,
            FeatureOutput output,
            @Nullable RuleState state,
            int saveEvery,
            StreamListener listener) {
        Cells.requirePositive("samples between saves", saveEvery);
        this.rules = rules;
        this.output = output;
        this.state = state;
        this.saveEvery = saveEvery;
        this.listener = listener;
    }

    /**
     * A stream without a state.
     *
     * @param rules creates a new rule for samples of the given width, for example {@link RuleSettings#rule}
     */
    public static FeatureStream of(IntFunction<? extends OnlineRule> rules, FeatureOutput output) {
        return new FeatureStream(rules, output, null, SAVE_EVERY, StreamListener.NONE);
    }

    /**
     * The same with a rule that is saved in a file. If the file exists, learning continues from it. The output contains
     * only the features of the new input.
     *
     * @throws IllegalArgumentException when there is no such folder
     */
    public FeatureStream continuing(Path state) {
        return with(state, RuleState.Mode.CONTINUE);
    }

    /**
     * The same, but it continues an earlier stream with this state. Samples that the saved rule has already processed
     * are skipped, and the output is completed. If the earlier stream was finished, the features of the samples that
     * were added to the input since then are appended to the output. If there is no state, the stream starts from the
     * beginning. The input must contain the samples of the earlier stream from the first on: {@link #run} refuses other
     * samples.
     *
     * @throws IllegalArgumentException when there is no such folder
     */
    public FeatureStream resuming(Path state) {
        return with(state, RuleState.Mode.RESUME);
    }

    /**
     * The same with a new rule, which replaces the state if the file exists.
     *
     * @throws IllegalArgumentException when there is no such folder
     */
    public FeatureStream restarting(Path state) {
        return with(state, RuleState.Mode.RESTART);
    }

    /**
     * The same with a saved rule that only transforms samples and does not learn.
     *
     * @throws IllegalArgumentException when there is no such folder
     */
    public FeatureStream frozen(Path state) {
        return with(state, RuleState.Mode.FROZEN);
    }

    private FeatureStream with(Path file, RuleState.Mode mode) {
        return new FeatureStream(rules, output, new RuleState(file, mode), saveEvery, listener);
    }

    /** The same with a save after every {@code samples} samples, at least 1. */
    public FeatureStream withSaveEvery(int samples) {
        return new FeatureStream(rules, output, state, samples, listener);
    }

    /** The same with a listener. */
    public FeatureStream withListener(StreamListener value) {
        return new FeatureStream(rules, output, state, saveEvery, value);
    }

    /**
     * Runs to the end of the samples. If it fails or is stopped, and the state can resume from the output, the output
     * is kept. Otherwise the output file is deleted. An {@link java.io.InterruptedIOException} of the source between two
     * samples stops the stream, as a listener does.
     *
     * @param samples samples from which nothing has been read yet; they are not closed
     * @throws IllegalArgumentException when a sample or the state is not valid
     * @throws IllegalStateException when the features are no longer finite. In this case, the learning rate is too high
     * @throws IOException when something cannot be read or written
     */
    public StreamSummary run(Samples samples) throws IOException {
        if (!samples.next()) {
            throw new IllegalArgumentException(
                    "%s: found no sample, expected at least one; give another input".formatted(samples.name()));
        }
        int width = samples.values().length;
        RuleState.Begin begin = state == null ? null : state.load(width, rules, samples.name());
        if (begin == null) {
            begin = RuleState.Begin.fresh(rules.apply(width));
        } else {
            listener.continues(begin.rule().samples(), begin.samples());
        }
        try (FeatureWriter out = FeatureWriter.open(output, begin)) {
            return new StreamLoop(samples, begin, out, state, saveEvery, listener).run();
        }
    }
}
