package org.fullrank.stream;

import java.io.IOException;
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
    private long seen;
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
        this.out = out;
        this.learns = state == null || state.learns();
        this.state = learns ? state : null;
        this.saveEvery = saveEvery;
        this.listener = listener;
    }

    StreamSummary run() throws IOException {
        if (skip == 0) {
            out.header(samples.noteNames(), rule.units());
        }
        boolean finished;
        try {
            finished = loop();
        } catch (IllegalArgumentException e) { // a sample is wrong
            cutOff();
            throw e;
        } catch (IllegalStateException e) { // the rule has diverged: not worth a save
            if (state == null) {
                out.discard();
            }
            throw e;
        }
        if (finished) {
            out.complete();
            save(true);
        } else {
            cutOff();
        }
        return new StreamSummary(seen, rule, finished);
    }

    /** @return whether the input was read to its end */
    private boolean loop() throws IOException {
        do {
            tellBad();
            boolean fresh = seen >= skip;
            if (fresh) {
                one();
            }
            seen++;
            if (fresh && seen % saveEvery == 0) {
                save(false);
            }
            if (listener.stops()) {
                return false;
            }
        } while (samples.next());
        tellBad();
        if (seen < skip) {
            throw new IllegalArgumentException(
                    ("resume: found %d samples in %s, expected at least the %d samples that the saved learner has"
                                    + " processed; give the input of the interrupted stream")
                            .formatted(seen, samples.name(), skip));
        }
        return true;
    }

    private void tellBad() {
        if (samples.badCells().count() > bad) {
            bad = samples.badCells().count();
            listener.bad(samples.badCells());
        }
    }

    private void one() throws IOException {
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
        if (!finished) {
            out.flush(); // a reader who has gone is noticed here
        }
        if (state != null) {
            state.save(rule, seen, finished ? 0 : out.sync(), finished);
        }
    }

    /** Keeps the output if the state can resume from it, and otherwise deletes it. */
    private void cutOff() throws IOException {
        if (state == null) {
            out.discard();
        } else if (seen >= skip) { // before that, the last save still holds
            save(false);
        }
    }
}
