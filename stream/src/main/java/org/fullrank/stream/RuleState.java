package org.fullrank.stream;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntFunction;
import org.fullrank.online.OnlineRule;
import org.fullrank.online.Saved;
import org.fullrank.online.Standardized;
import org.jspecify.annotations.Nullable;

/**
 * The file that keeps a rule from one stream to the next. The file contains the rule and six numbers: the number of
 * samples read so far, the number of output bytes so far (0 if the output is not a file), 1 if the input was finished,
 * the digests of the samples and of the first one, and a digest of the names of the copied columns.
 */
record RuleState(Path file, Mode mode) {
    private static final int MARKS = 6;

    /** How a stream uses the state. */
    enum Mode {
        /** Continues learning from the state if it exists, and saves to it. */
        CONTINUE,
        /**
         * Like CONTINUE, but skips the samples that the saved rule has already processed. If that stream was finished,
         * the input may have grown since.
         */
        RESUME,
        /** Begins with a new rule and replaces the state. */
        RESTART,
        /** Only transforms samples with the saved rule. It neither learns nor saves. */
        FROZEN
    }

    /**
     * The rule at the start of a stream.
     *
     * @param samples samples of the input to skip
     * @param bytes bytes of the output to keep
     * @param digest of the samples to skip, see {@link InputDigest}
     * @param first digest of the first of them
     * @param notes digest of the names of the columns that the output copies
     */
    record Begin(OnlineRule rule, long samples, long bytes, long digest, long first, long notes) {
        /** A rule that reads its input from the first sample. */
        static Begin fresh(OnlineRule rule) {
            return new Begin(rule, 0, 0, InputDigest.START, InputDigest.START, 0);
        }
    }

    RuleState {
        FeatureOutput.requireFolder("state", file);
    }

    boolean learns() {
        return mode != Mode.FROZEN;
    }

    /**
     * The saved rule; null if there is none yet.
     *
     * @param input names the input in errors
     * @throws IllegalArgumentException when the state is damaged or does not fit the samples or the settings
     */
    @Nullable
    Begin load(int width, IntFunction<? extends OnlineRule> rules, String input) throws IOException {
        if (mode == Mode.RESTART || learns() && !Files.exists(file)) {
            return null;
        }
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(
                    "state %s: found no such file, expected a saved rule; correct the path".formatted(file));
        }
        Saved saved = Saved.load(file);
        OnlineRule rule = saved.rule();
        if (rule.inputs() != width) {
            throw new IllegalArgumentException(
                    "state %s: found a rule for samples of %d values, expected %d as in %s; name another"
                            .formatted(file, rule.inputs(), width, input));
        }
        if (learns()) {
            requireLike(rule, rules.apply(width));
        }
        if (mode != Mode.RESUME) {
            return Begin.fresh(rule);
        }
        long[] marks = saved.marks();
        if (marks.length != MARKS) {
            throw new IllegalArgumentException(
                    "resume: found a state that was not written by a stream of this version, expected one; begin again"
                            + " with --restart, or give only new samples without --resume");
        }
        return new Begin(rule, marks[0], marks[1], marks[3], marks[4], marks[5]);
    }

    /** Names the setting that differs, if users often forget it. */
    private void requireLike(OnlineRule saved, OnlineRule wanted) {
        boolean standardized = saved instanceof Standardized;
        if (standardized != wanted instanceof Standardized) {
            throw new IllegalArgumentException((standardized
                            ? "state %s: found one made with --standardize, expected the same now; add"
                                    + " --standardize, or name another state"
                            : "state %s: found one made without --standardize, expected the same now; leave it"
                                    + " out, or name another state")
                    .formatted(file));
        }
        if (saved.units() != wanted.units()) {
            throw new IllegalArgumentException(
                    "state %s: found a rule of %d features, expected %d as in the settings; give --units %d, or name"
                                    .formatted(file, saved.units(), wanted.units(), saved.units())
                            + " another state");
        }
        wanted.requireLike(saved);
    }

    void save(OnlineRule rule, long samples, long bytes, boolean finished, InputDigest digest, long notes)
            throws IOException {
        rule.save(file, samples, bytes, finished ? 1 : 0, digest.value(), digest.first(), notes);
    }
}
