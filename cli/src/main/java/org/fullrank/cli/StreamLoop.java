package org.fullrank.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.fullrank.engine.InputException;
import org.fullrank.online.Alarm;
import org.fullrank.online.Monitor;
import org.fullrank.online.OnlineRule;
import org.jspecify.annotations.Nullable;

/// Sample in, features out, until the end of the input, an error or an interruption. At each save first the features,
/// then the state go to the disk, so that a state never claims features that are not there.
final class StreamLoop {
    /// Numbers beside the learner in the state: samples of this input, bytes of output, 1 when it was finished.
    static final int MARKS = 3;

    private final Stream command;
    private final Samples samples;
    private final OnlineRule rule;
    private final FeatureFile out;
    private final boolean live; // a reader may wait for each row
    private long seen;
    private Alarm alarm = Alarm.NONE;

    StreamLoop(Stream command, Samples samples, OnlineRule rule, FeatureFile out) {
        this.command = command;
        this.samples = samples;
        this.rule = rule;
        this.out = out;
        this.live = command.input.equals("-") && command.output.equals("-");
    }

    /// @param skip samples of the input that the state has seen; the first sample of the input has been read
    void run(long skip) throws IOException {
        if (skip == 0) {
            out.header(samples.noteNames(), rule.units());
        }
        boolean finished;
        // A blocked read of standard input cannot be asked to stop: there a signal ends the process at once.
        Interruption interruption = command.input.equals("-") ? null : Interruption.arm();
        try {
            finished = loop(skip, interruption);
        } catch (InputException e) {
            cutOff();
            throw e;
        } catch (IllegalStateException e) { // the learner has diverged: not worth a save
            if (command.state == null) {
                out.discard();
            }
            throw e;
        } finally {
            if (interruption != null) {
                interruption.disarm();
            }
        }
        if (finished) {
            out.complete();
            save(1);
            report("");
        } else {
            cutOff();
            report(command.state == null ? "; stopped" : "; stopped, --resume goes on");
        }
    }

    /// @return whether the input came to its end
    private boolean loop(long skip, @Nullable Interruption interruption) throws IOException {
        do {
            boolean fresh = seen >= skip;
            if (fresh) {
                one();
            }
            seen++;
            if (fresh && seen % command.saveEvery == 0) {
                save(0);
            }
            if (interruption != null && interruption.requested()) {
                return false;
            }
        } while (samples.next());
        if (seen < skip) {
            throw new InputException(
                    "--resume: found %d samples in %s, expected at least the %d that the state has seen; give the input that was cut off"
                            .formatted(seen, command.input, skip));
        }
        return true;
    }

    private void one() throws IOException {
        if (samples.startsSequence()) {
            rule.sequenceEnds();
        }
        float[] z = command.frozen ? rule.transform(samples.values()) : rule.update(samples.values());
        out.row(samples.notes(), z);
        if (live) {
            out.flush();
        }
        if (rule.alarm() != alarm) {
            alarm = rule.alarm();
            command.err().println("monitor after %,d samples: %s".formatted(rule.samples(), alarm));
        }
    }

    private void save(long finished) throws IOException {
        Path state = command.state;
        if (command.output.equals("-")) {
            out.flush(); // finds out whether anybody still reads
        }
        if (state != null && !command.frozen) {
            long bytes = finished == 1 ? 0 : out.flush();
            rule.save(state, seen, bytes, finished);
        }
    }

    /// What is there stays if the state can go on from it, else nothing stays.
    private void cutOff() throws IOException {
        if (command.state != null && !command.frozen) {
            save(0);
        } else {
            out.discard();
        }
    }

    private void report(String ending) {
        Monitor.Health health = rule.monitor().health();
        command.err()
                .println("%,d samples, %d features, mean standard deviation %.3g, rank %.3g, monitor: %s%s"
                        .formatted(seen, rule.units(), health.meanStd(), health.rank(), rule.alarm(), ending));
        if (command.json) {
            command.out()
                    .println(new Json()
                            .put("output", command.output)
                            .put("samples", seen)
                            .put("learned", rule.samples())
                            .put("features", rule.units())
                            .put("meanStd", health.meanStd())
                            .put("rank", health.rank())
                            .put("alarm", rule.alarm().name()));
        }
    }
}
