package org.fullrank.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.online.LatentPredictive;
import org.fullrank.online.LatentSettings;
import org.fullrank.online.LayerBuilder;
import org.fullrank.online.Oja;
import org.fullrank.online.OnlineRule;
import org.fullrank.online.RuleName;
import org.fullrank.online.Saved;
import org.fullrank.online.Standardized;
import org.fullrank.settings.Nearest;
import org.jspecify.annotations.Nullable;

/// The work of `stream`. Marks in the state: samples of this input so far, bytes of output so far, 1 when the input was
/// finished.
final class StreamWork {
    private static final String STANDARD = "-";
    private static final int BUFFER_BYTES = 1 << 16;

    private final Stream command;

    StreamWork(Stream command) {
        this.command = command;
    }

    void run() {
        check();
        try (Samples samples = samples()) {
            stream(samples);
        } catch (IllegalArgumentException e) { // of the rule
            throw new InputException(String.valueOf(e.getMessage()), e);
        } catch (IllegalStateException e) { // the rule has diverged
            throw new JobException(e.getMessage() + (command.standardise ? "" : ", or give --standardise"), e);
        } catch (IOException e) {
            throw new JobException(
                    "stream: found an error of reading or writing, %s; free space, or give other files".formatted(e),
                    e);
        }
    }

    private void check() {
        if (!RuleName.labels().contains(command.rule)) {
            throw new InputException("--rule: found %s, expected one of %s%s"
                    .formatted(
                            command.rule,
                            String.join(", ", RuleName.labels()),
                            Nearest.hint(command.rule, RuleName.labels())));
        }
        positive("--units", command.units);
        positive("--window", command.window);
        positive("--hop", command.hop);
        positive("--save-every", command.saveEvery);
        if ((command.resume || command.frozen) && command.state == null) {
            throw new InputException("%s: found no --state, expected the file of a learner; name it"
                    .formatted(command.resume ? "--resume" : "--frozen"));
        }
        if (command.resume && command.frozen) {
            throw new InputException("--frozen: found --resume beside it, expected one of them; leave one out");
        }
        if (command.json && command.output.equals(STANDARD)) {
            throw new InputException("--json: found --output -, expected a file; name one");
        }
        if (command.output.equals(command.input) && !command.output.equals(STANDARD)) {
            throw new InputException("--output: found the input, expected another file; name one");
        }
        if (!command.output.equals(STANDARD)) {
            folder("--output", Path.of(command.output));
        }
        if (command.state != null) {
            folder("--state", command.state);
        }
    }

    private static void positive(String option, int value) {
        if (value < 1) {
            throw new InputException("%s: found %d, expected at least 1; correct it".formatted(option, value));
        }
    }

    private static void folder(String option, Path file) {
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new InputException(
                    "%s %s: found no folder %s, expected one; make it first".formatted(option, file, parent));
        }
    }

    private Samples samples() throws IOException {
        boolean standard = command.input.equals(STANDARD);
        String name = standard ? "standard input" : command.input;
        if (!standard && !Files.isRegularFile(Path.of(command.input))) {
            throw new InputException(
                    "--input %s: found no such file, expected CSV or .ts; correct the path".formatted(name));
        }
        InputStream raw = standard ? System.in : Files.newInputStream(Path.of(command.input));
        var in = new BufferedInputStream(name.endsWith(".gz") ? new GZIPInputStream(raw) : raw, BUFFER_BYTES);
        in.mark(1);
        int first = in.read();
        in.reset();
        if (first < 0) {
            throw new InputException("%s: found it empty, expected CSV or .ts; give another input".formatted(name));
        }
        boolean series =
                first == '@' || first == '#' || name.replaceAll("\\.gz$", "").endsWith(".ts");
        if (series && (command.sequenceColumn != null || !command.skipColumns.isEmpty())) {
            throw new InputException(
                    "--sequence-column, --skip-column: found a .ts input, expected CSV; leave them out,"
                            + " each series is a sequence");
        }
        if (!series && (command.window != 1 || command.hop != 1)) {
            throw new InputException("--window, --hop: found a CSV input, expected .ts; leave them out");
        }
        return series
                ? new SeriesSamples(in, name, command.window, command.hop)
                : new CsvSamples(in, name, command.sequenceColumn, command.skipColumns);
    }

    private void stream(Samples samples) throws IOException {
        if (!samples.next()) {
            throw new InputException(
                    "%s: found no sample, expected at least one; give another input".formatted(command.input));
        }
        int width = samples.values().length;
        Saved begun = saved(width);
        OnlineRule rule = begun == null ? newRule(width) : begun.rule();
        long[] marks = command.resume && begun != null ? begun.marks() : new long[StreamLoop.MARKS];
        if (begun != null) {
            command.err()
                    .println("goes on from %s, which has learned from %,d samples%s"
                            .formatted(
                                    command.state, rule.samples(), marks[0] > 0 ? ", after sample " + marks[0] : ""));
        }
        try (FeatureFile out = command.output.equals(STANDARD)
                ? FeatureFile.standard(command.out())
                : FeatureFile.of(Path.of(command.output), marks[1])) {
            new StreamLoop(command, samples, rule, out).run(marks[0]);
        }
    }

    /// The state, or null when there is none yet.
    private @Nullable Saved saved(int width) throws IOException {
        Path state = command.state;
        if (state == null || (!Files.exists(state) && !command.frozen)) {
            return null;
        }
        if (!Files.isRegularFile(state)) {
            throw new InputException(
                    "--state %s: found no such file, expected a learner; correct the path".formatted(state));
        }
        Saved saved = Saved.load(state);
        if (saved.rule().inputs() != width) {
            throw new InputException(
                    "--state %s: found a learner of samples of %d values, expected %d as in %s; name another"
                            .formatted(state, saved.rule().inputs(), width, command.input));
        }
        if (!command.frozen) {
            newRule(width).requireLike(saved.rule());
        }
        if (command.resume && saved.marks().length != StreamLoop.MARKS) {
            throw new InputException(
                    "--resume: found a state that fullrank stream did not write, expected one of its own;"
                            + " leave out --resume");
        }
        if (command.resume && saved.marks()[2] != 0) {
            throw new InputException("--resume: found a state whose stream was finished, expected one that was cut off;"
                    + " leave out --resume to learn on from new input");
        }
        return saved;
    }

    private OnlineRule newRule(int width) {
        LayerBuilder<?> builder =
                RuleName.of(command.rule).builder(width, command.units).seed(command.seed);
        boolean components = !(builder instanceof LatentPredictive.Builder);
        double most = components ? Oja.LEARNING_RATE : LatentSettings.LEARNING_RATE;
        builder.learningRate(command.learningRate != null ? command.learningRate : Math.min(most, Stream.STEP / width));
        if (builder instanceof LatentPredictive.Builder latent) {
            if (command.activation != null) {
                latent.activation(command.activation);
            }
            if (command.decay != null) {
                latent.decay(command.decay);
            }
        } else if (command.activation != null || command.decay != null) {
            throw new InputException("--activation, --decay: found them with rule %s, expected a rule that has them;"
                            .formatted(command.rule)
                    + " leave them out");
        }
        return command.standardise ? Standardized.of(builder.build()) : builder.build();
    }
}
