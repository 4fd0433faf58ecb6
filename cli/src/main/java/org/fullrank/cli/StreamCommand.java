package org.fullrank.cli;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.online.Activation;
import org.fullrank.online.Alarm;
import org.fullrank.online.LayerBuilder;
import org.fullrank.online.Monitor;
import org.fullrank.online.OnlineRule;
import org.fullrank.online.RuleName;
import org.fullrank.settings.Nearest;
import org.fullrank.stream.BadCells;
import org.fullrank.stream.FeatureOutput;
import org.fullrank.stream.FeatureStream;
import org.fullrank.stream.RuleSettings;
import org.fullrank.stream.SampleOptions;
import org.fullrank.stream.Samples;
import org.fullrank.stream.StreamListener;
import org.fullrank.stream.StreamSummary;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "stream",
        sortOptions = false,
        description = "Learns features from a stream, one sample at a time, and writes the features of each sample.",
        footer = {
            "",
            "The input is CSV with one sample per row, or .ts with one series per line and one"
                    + " sample per time step or window. It may be compressed with gzip. Use --standardize"
                    + " unless the values are of order one. The rules are lpl, vicreg-hinge, vicreg-log,"
                    + " log-hebb, oja and sanger: see",
            "docs/reference/online.md.",
            "",
            "With --state, the learner is saved. Ctrl-C finishes the current sample, saves and stops."
                    + " --resume continues from there with the same input, which may have grown, and refuses"
                    + " another input. After a kill,"
                    + " --resume continues from the last save, and the final output file is the same as without"
                    + " the kill. With --output -, the rows since the last save are then printed again. Without"
                    + " --resume, the saved learner continues with new input. An incomplete output is called"
                    + " FILE.part. A new stream refuses to replace it.",
            "",
            "Examples:",
            "  fullrank stream --input sensors.csv --standardize --sequence-column device --output z.csv",
            "  fullrank stream --input motions.ts --standardize --window 9 --state m.state --output z.csv",
            "  fullrank stream --input motions.ts --standardize --window 9 --state m.state --output z.csv"
                    + " --resume",
            "  tail -n +1 -f a.csv | fullrank stream --input - --bad last --state a.state --output - | app"
        })
final class StreamCommand extends Job {
    private static final String STANDARD = "-";

    /** Number of bad cells that are shown one by one. */
    private static final int BAD_SHOWN = 3;

    @Option(names = "--rule", paramLabel = "NAME", description = "The learning rule. Default: ${DEFAULT-VALUE}.")
    String rule = RuleSettings.NAME;

    @Option(
            names = "--input",
            paramLabel = "FILE",
            required = true,
            description = "The CSV or .ts file to read, or - for standard input.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    String input;

    @Option(
            names = "--units",
            paramLabel = "M",
            description = "Number of features. Default: as many as a sample has values, at most 16.")
    int units = RuleSettings.UNITS;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            required = true,
            description = "The CSV file to write, or - for standard output.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    String output;

    @Option(
            names = "--sequence-column",
            paramLabel = "COLUMN",
            description = "The name or position of a CSV column that is not an input. A new sequence begins when its"
                    + " value changes. Default: all rows are one sequence.")
    @Nullable
    String sequenceColumn;

    @Option(
            names = "--skip-column",
            paramLabel = "COLUMN",
            description = "The name or position of a CSV column that is not an input. You can give this option"
                    + " several times.")
    List<String> skipColumns = List.of();

    @Option(
            names = "--keep-column",
            paramLabel = "COLUMN",
            description = "The name or position of a CSV column that is copied to the output and is not an input,"
                    + " such as a time. You can give this option several times.")
    List<String> keepColumns = List.of();

    @Option(
            names = "--bad",
            paramLabel = "WHAT",
            description = "How to treat a cell that is not a finite number: stop, skip the sample, or use the"
                    + " last value of the column. With skip and last, the output has the line number of each"
                    + " row. Default: stop.")
    BadCells.Policy bad = SampleOptions.BAD;

    @Option(
            names = "--window",
            paramLabel = "N",
            description = "The number of time steps of a .ts series in one sample. Default: ${DEFAULT-VALUE}.")
    int window = SampleOptions.WINDOW;

    @Option(
            names = "--hop",
            paramLabel = "N",
            description = "The number of time steps from one window to the next. Default: ${DEFAULT-VALUE}.")
    int hop = SampleOptions.HOP;

    @Option(names = "--activation", paramLabel = "F", description = "linear, relu or tanh. Default: linear.")
    @Nullable
    Activation activation;

    @Option(
            names = "--learning-rate",
            paramLabel = "R",
            description = "The learning rate. Default: the rate of the rule, but at most 0.01 divided by the width of"
                    + " a sample.")
    @Nullable
    Double learningRate;

    @Option(names = "--decay", paramLabel = "D", description = "Weight decay. Default: the decay of the rule.")
    @Nullable
    Double decay;

    @Option(
            names = "--standardize",
            description =
                    "Subtracts the running mean from each value and divides it by the running standard" + " deviation.")
    boolean standardize;

    @Option(names = "--standardise", hidden = true) // the old spelling, for one version
    boolean standardise;

    @Option(names = "--seed", paramLabel = "S", description = "Seed of the initial weights. Default: ${DEFAULT-VALUE}.")
    long seed = LayerBuilder.SEED;

    @Option(
            names = "--state",
            paramLabel = "FILE",
            description = "The file that keeps the learner. If the file exists, the learner continues from its state.")
    @Nullable
    Path state;

    @Option(
            names = "--save-every",
            paramLabel = "N",
            description = "The number of samples from one save of the state to the next. Default: ${DEFAULT-VALUE}.")
    int saveEvery = FeatureStream.SAVE_EVERY;

    @Option(
            names = "--resume",
            description = "Continues an earlier stream with the same input. Skips the samples that the saved learner"
                    + " has already processed, and completes the output. After a finished stream, appends the"
                    + " features of the samples that were added to the input.")
    boolean resume;

    @Option(
            names = "--restart",
            description = "Begins again with a new learner. Discards the incomplete output and the state of an"
                    + " interrupted stream.")
    boolean restart;

    @Option(names = "--force", description = "Overwrites the output if it exists.")
    boolean force;

    @Option(
            names = "--frozen",
            description = "Only computes the features of samples with the saved learner, without learning.")
    boolean frozen;

    @Option(names = "--json", description = "Prints a summary as one JSON object. Then the output must be a file.")
    boolean json;

    private long badCells;

    @Override
    void work() {
        if (standardise) {
            err().println("--standardise is now spelled --standardize; the next version will refuse the old spelling");
        }
        try {
            FeatureStream stream = stream(); // checks the settings before anything is read
            Interruption interruption = Interruption.arm();
            try (Samples samples = samples(interruption)) {
                samples.warnings().forEach(line -> err().println("warning: " + line));
                report(stream.withListener(new Progress(interruption)).run(samples));
            } finally {
                interruption.disarm();
            }
        } catch (InterruptedIOException e) { // Ctrl-C while standard input is silent
            err().println("stopped before the first sample");
        } catch (IllegalArgumentException e) {
            throw new InputException(String.valueOf(e.getMessage()), e);
        } catch (IllegalStateException e) { // the rule has diverged
            throw new JobException(e.getMessage() + (isStandardized() ? "" : ", or give --standardize"), e);
        } catch (IOException e) {
            if (output.equals(STANDARD) && out() instanceof StandardOutput standard && standard.readerHasGone()) {
                readerHasGone();
                return;
            }
            throw new JobException(
                    "stream: found an error of reading or writing, %s; free space, or give other files".formatted(e),
                    e);
        }
    }

    /** Ends as a program in a pipe does: this is not an error. */
    private void readerHasGone() {
        if (state != null && !frozen && Files.exists(state)) {
            err().println("stopped, because the reader of the output has ended; --resume continues from the last save"
                    + " and prints the rows since then again");
        }
    }

    private boolean isStandardized() {
        return standardize || standardise;
    }

    private FeatureStream stream() {
        Nearest.require("--rule: found", rule, RuleName.labels());
        if ((resume || frozen) && state == null) {
            throw new InputException("%s: found no --state, expected the file of a learner; name it"
                    .formatted(resume ? "--resume" : "--frozen"));
        }
        InputException.when(resume && frozen, "--frozen: found --resume as well, expected one of them; leave one out");
        InputException.when(
                restart && (resume || frozen),
                "--restart: found --resume or --frozen as well, expected one of them; leave one out");
        InputException.when(
                units == 0 && isGiven("--units"),
                "--units: found 0, expected at least 1; leave it out for the default");
        if (json && output.equals(STANDARD)) {
            throw new InputException("--json: found --output -, expected a file; name one");
        }
        if (output.equals(input) && !output.equals(STANDARD)) {
            throw new InputException("--output: found the input, expected another file; name one");
        }
        var settings =
                new RuleSettings(RuleName.of(rule), units, activation, learningRate, decay, isStandardized(), seed);
        FeatureStream stream = FeatureStream.of(settings::rule, output()).withSaveEvery(saveEvery);
        if (state == null) {
            return stream;
        }
        return resume
                ? stream.resuming(state)
                : restart ? stream.restarting(state) : frozen ? stream.frozen(state) : stream.continuing(state);
    }

    /** Refuses to replace the output or the state of an earlier stream. */
    private void requireFree(Path path) {
        Path part = FeatureOutput.part(path);
        if (!resume && !restart && Files.exists(part)) {
            throw new InputException(
                    "--output %s: found %s of a stream that did not finish, expected none; %s, or begin again with --restart"
                            .formatted(
                                    path,
                                    part,
                                    state == null || !Files.exists(state)
                                            ? "without a state it cannot be completed: delete it"
                                            : "complete it with --resume"));
        }
        boolean continues = resume && state != null && Files.exists(state) && !Files.exists(part);
        if (!force && !continues && Files.isRegularFile(path)) {
            throw new InputException(
                    "--output %s: found this file, expected a new one; name another, or overwrite it with --force"
                            .formatted(path));
        }
    }

    private FeatureOutput output() {
        if (!output.equals(STANDARD)) {
            FeatureOutput file = FeatureOutput.file(Path.of(output));
            requireFree(Path.of(output));
            return file;
        }
        return input.equals(STANDARD) ? FeatureOutput.liveWriter(out()) : FeatureOutput.writer(out());
    }

    private Samples samples(Interruption interruption) throws IOException {
        var options = new SampleOptions(sequenceColumn, skipColumns, keepColumns, window, hop, bad);
        return input.equals(STANDARD)
                ? Samples.read(new StoppableInput(System.in, interruption::requested), "standard input", options)
                : Samples.open(Path.of(input), options);
    }

    /// Reports the progress of the stream on standard error, and stops it on a signal.
    private final class Progress implements StreamListener {
        private final Interruption interruption;

        Progress(Interruption interruption) {
            this.interruption = interruption;
        }

        @Override
        public void continues(long learned, long skipped) {
            err().println("continues from %s, which has learned from %,d samples%s"
                    .formatted(
                            state,
                            learned,
                            skipped > 0 ? "; skips the first %,d samples of the input".formatted(skipped) : ""));
        }

        @Override
        public void alarm(long learned, Alarm alarm) {
            err().println("monitor after %,d samples: %s"
                    .formatted(learned, alarm == Alarm.NONE ? "the alarm is over" : alarm));
        }

        @Override
        public void bad(BadCells cells) {
            if (cells.count() <= BAD_SHOWN) {
                err().println("warning: " + cells.latest()
                        + (cells.count() == BAD_SHOWN ? "; more such cases are only counted" : ""));
            }
            badCells = cells.count();
        }

        @Override
        public boolean stops() {
            return interruption.requested();
        }
    }

    private void report(StreamSummary summary) {
        OnlineRule learner = summary.rule();
        Monitor.Health health = learner.monitor().health();
        err().println("%,d samples, %d features, mean standard deviation %.3g, monitor: %srank %.3g of %d%s"
                .formatted(
                        summary.samples(),
                        learner.units(),
                        health.meanStd(),
                        learner.alarm() == Alarm.NONE ? "" : learner.alarm() + ", ",
                        health.rank(),
                        learner.units(),
                        badCells == 0 ? "" : ", %,d bad cells or rows".formatted(badCells)));
        if (!summary.finished()) {
            err().println("stopped after %,d samples; %s"
                    .formatted(
                            summary.samples(),
                            state == null || frozen ? "nothing was saved to continue from" : "continue with --resume"));
        }
        if (json) {
            out().println(new Json()
                    .put("output", output)
                    .put("samples", summary.samples())
                    .put("learned", learner.samples())
                    .put("features", learner.units())
                    .put("meanStd", health.meanStd())
                    .put("rank", health.rank())
                    .put("bad", badCells)
                    .put("alarm", learner.alarm().name()));
        }
    }
}
