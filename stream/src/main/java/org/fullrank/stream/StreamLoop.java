package org.fullrank.stream;

import java.io.IOException;
import java.io.InterruptedIOException;
import org.fullrank.online.Alarm;
import org.fullrank.online.OnlineRule;
import org.jspecify.annotations.Nullable;

/** The loop of one run of a {@link FeatureStream}: it reads a sample and writes its features. */
final class StreamLoop {
    private final Samples samples; // the first one has been read
    private final OnlineRule rule;
    private final long skip; // samples that the state has seen
    private final FeatureWriter out;
    private final @Nullable RuleState state; // null when nothing is saved
    private final int saveEvery;
    private final StreamListener listener;
    private final boolean learns;
    private final InputDigest digest = new InputDigest();
    private final RuleState.Begin begin;
    private long seen;
    private boolean saved; // whether this stream has saved its state
    private long bad; // cases that the listener has been told
    private Alarm alarm = Alarm.NONE;

    StreamLoop(
            Samples samples,
            RuleState.Begin begin,
            FeatureWriter out,
            @Nullable RuleState state,
            int saveEvery,
            StreamListener listener) {
        this.samples = samples;
        this.rule = begin.rule();
        this.skip = begin.samples();
        this.begin = begin;
        this.out = out;
        this.learns = state == null || state.learns();
        this.state = learns ? state : null;
        this.saveEvery = saveEvery;
        this.listener = listener;
    }

    StreamSummary run() throws IOException {
        if (skip > 0 && begin.notes() != notes()) {
            out.giveBack();
            throw new IllegalArgumentException(
                    "resume: found other copied columns, %s, than those of the earlier output; give"
                                    .formatted(samples.noteNames())
                            + " the same --sequence-column, --keep-column and --bad, or begin again with --restart");
        }
        if (skip == 0 || out.isNewFile()) {
            out.header(samples.noteNames(), rule.units());
        }
        boolean finished;
        try {
            finished = loop();
        } catch (IllegalArgumentException e) { // a sample is wrong
            cutOff();
            throw state == null || seen <= skip ? e : resumable(e);
        } catch (IllegalStateException | IOException e) { // the rule has diverged, or the output is full: no save
            if (!saved && skip == 0) {
                discard(e);
            }
            throw e;
        }
        if (finished) {
            save(true); // before the output gets its name, so that no complete output lacks its state
            out.complete();
        } else {
            cutOff();
        }
        return new StreamSummary(seen, rule, finished);
    }

    private void discard(Exception reason) {
        try {
            out.discard();
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    private IllegalArgumentException resumable(IllegalArgumentException e) {
        return new IllegalArgumentException(
                "%s; if you correct it, --resume continues after the %d samples before, and with other options, --restart begins again"
                        .formatted(e.getMessage(), seen),
                e);
    }

    /** @return whether the input was read to its end */
    private boolean loop() throws IOException {
        boolean more = true;
        while (more) {
            one();
            if (listener.stops()) {
                return false;
            }
            try {
                more = samples.next();
            } catch (InterruptedIOException e) { // the source was stopped while it waited for the next sample
                return false;
            }
        }
        tellBad();
        if (seen < skip) {
            throw new IllegalArgumentException(
                    ("resume: found %d samples in %s, expected at least the %d samples that the saved learner has"
                                    + " processed; give the input of the earlier stream, or continue from the state"
                                    + " without resuming if all samples are new")
                            .formatted(seen, samples.name(), skip));
        }
        return true;
    }

    private void one() throws IOException {
        tellBad();
        boolean fresh = seen >= skip;
        digest.add(samples);
        if (fresh) {
            learn();
        }
        seen++;
        if (seen == 1 && skip > 0) {
            requireSameInput(digest.first(), begin.first());
        }
        if (seen == skip) {
            requireSameInput(digest.value(), begin.digest());
        }
        if (fresh && seen % saveEvery == 0) {
            save(false);
        }
    }

    private long notes() {
        return samples.noteNames().hashCode();
    }

    private void requireSameInput(long found, long expected) {
        if (found != expected) {
            throw new IllegalArgumentException(
                    ("resume: found other samples in %s than the first %d of the earlier stream, expected the same input"
                                    + " from its beginning; give that input, or continue from the state without resuming"
                                    + " if all samples are new")
                            .formatted(samples.name(), skip));
        }
    }

    private void tellBad() {
        if (samples.badCells().count() > bad) {
            bad = samples.badCells().count();
            listener.bad(samples.badCells());
        }
    }

    private void learn() throws IOException {
        if (samples.startsSequence()) {
            rule.sequenceEnds();
        }
        float[] z = learns ? rule.update(samples.values()) : rule.transform(samples.values());
        out.row(samples.notes(), z);
        if (rule.alarm() != alarm) {
            alarm = rule.alarm();
            listener.alarm(rule.samples(), alarm);
        }
    }

    private void save(boolean finished) throws IOException {
        out.flush(); // a reader who has gone is noticed here
        if (state != null) {
            state.save(rule, seen, out.sync(), finished, digest, notes());
            saved = true;
        }
    }

    /** Keeps the output if the state can resume from it, and otherwise deletes it. */
    private void cutOff() throws IOException {
        if (state == null) {
            out.discard();
        } else if (seen > skip) {
            save(false);
        } else { // the last save still holds
            out.giveBack();
        }
    }
}
