package org.fullrank.stream;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.IntFunction;
import org.fullrank.online.OnlineRule;
import org.jspecify.annotations.Nullable;

/**
 * Learns features of samples online and writes the features while it reads the samples.
 *
 * <pre>{@code
 * FeatureStream stream = FeatureStream.of(settings::rule, FeatureOutput.file(Path.of("features.csv")))
 *         .resuming(Path.of("sensors.state"));
 * try (Samples samples = Samples.open(Path.of("sensors.csv"), SampleOptions.defaults())) {
 *     StreamSummary summary = stream.run(samples);
 * }
 * }</pre>
 *
 * <p>Each save writes first the features and then the state to the disk, so a state never counts features that are
 * missing in the file. After a kill, {@link #resuming} with the same input completes the output. The bytes of the
 * output are the same as without the kill.
 */
public final class FeatureStream {
    /** 1000: a save takes milliseconds, so its cost is spread thin, and few samples are lost. */
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
     * @param rules makes a new rule for samples of the given width, as {@link RuleSettings#rule} does
     */
    public static FeatureStream of(IntFunction<? extends OnlineRule> rules, FeatureOutput output) {
        return new FeatureStream(rules, output, null, SAVE_EVERY, StreamListener.NONE);
    }

    /**
     * The same with a rule that is kept in a file: learning continues from it if it is there. The output holds the
     * features of the new input only.
     *
     * @throws IllegalArgumentException when there is no such folder
     */
    public FeatureStream continuing(Path state) {
        return with(state, RuleState.Mode.CONTINUE);
    }

    /**
     * The same, where a stream with this state was cut off: samples that the state has seen are skipped, and the output
     * is completed. Begins anew when there is no state yet.
     *
     * @throws IllegalArgumentException when there is no such folder
     */
    public FeatureStream resuming(Path state) {
        return with(state, RuleState.Mode.RESUME);
    }

    /**
     * The same with a saved rule that only transforms and learns nothing.
     *
     * @throws IllegalArgumentException when there is no such folder
     */
    public FeatureStream frozen(Path state) {
        return with(state, RuleState.Mode.FROZEN);
    }

    private FeatureStream with(Path file, RuleState.Mode mode) {
        return new FeatureStream(rules, output, new RuleState(file, mode), saveEvery, listener);
    }

    /** The same with a save after so many samples, at least 1. */
    public FeatureStream withSaveEvery(int samples) {
        return new FeatureStream(rules, output, state, samples, listener);
    }

    /** The same with a listener. */
    public FeatureStream withListener(StreamListener value) {
        return new FeatureStream(rules, output, state, saveEvery, value);
    }

    /**
     * Runs to the end of the samples. When it fails or is stopped, what was written stays if the state can resume from
     * it; else the output file is deleted.
     *
     * @param samples not read from yet; stays open
     * @throws IllegalArgumentException when a sample or the state is not as it should be
     * @throws IllegalStateException when the features are not finite any more: the learning rate is too high
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
            begin = new RuleState.Begin(rules.apply(width), 0, 0);
        } else {
            listener.continues(begin.rule().samples(), begin.samples());
        }
        try (FeatureWriter out = FeatureWriter.open(output, begin.bytes())) {
            return new StreamLoop(samples, begin, out, state, saveEvery, listener).run();
        }
    }
}
