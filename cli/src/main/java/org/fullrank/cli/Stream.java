package org.fullrank.cli;

import java.nio.file.Path;
import java.util.List;
import org.fullrank.online.Activation;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "stream",
        sortOptions = false,
        description = "Learns features of a stream, one sample at a time, and writes them as it reads.",
        footer = {
            "",
            "Input is CSV, one sample per row, or .ts, one series per line and one sample per time step or window; it"
                    + " may be compressed if its name ends in .gz. Give --standardise unless its values are of order one. Rules: lpl,"
                    + " vicreg-hinge, vicreg-log, log-hebb, oja, sanger; docs/reference/online.md explains them.",
            "",
            "With --state the learner outlives the process: after a kill, --resume goes on from the last save and the"
                    + " output becomes what it would have been; without a rerun at most the last --save-every samples"
                    + " are lost. Until it is complete, the output is called FILE.part.",
            "",
            "Examples:",
            "  fullrank stream --input sensors.csv --standardise --sequence-column device --output features.csv",
            "  fullrank stream --input motions.ts --standardise --window 9 --state motions.state --output features.csv",
            "  fullrank stream --input motions.ts --standardise --window 9 --state motions.state --output features.csv"
                    + " --resume",
            "  tail -f log.csv | fullrank stream --input - --state log.state --output - | consumer"
        })
final class Stream extends Job {
    /// 1000: a save takes milliseconds, so its cost is spread thin, and few samples are lost.
    static final int SAVE_EVERY = 1000;

    /// 0.01: the default learning rate times the width of a sample is at most this, which bears bursts of ten times
    /// the usual size; with 0.03, standardised windows of accelerometers that begin at rest made the rule diverge.
    static final double STEP = 0.01;

    /// 16: enough for a nearest-neighbour search on most sensor streams.
    static final int UNITS = 16;

    @Option(names = "--rule", paramLabel = "NAME", description = "The learning rule. Default: ${DEFAULT-VALUE}.")
    String rule = "lpl";

    @Option(
            names = "--input",
            paramLabel = "FILE",
            required = true,
            description = "CSV or .ts to read, - for standard input.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    String input;

    @Option(names = "--units", paramLabel = "M", description = "Number of features. Default: ${DEFAULT-VALUE}.")
    int units = UNITS;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            required = true,
            description = "CSV to write, - for standard output.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    String output;

    @Option(
            names = "--sequence-column",
            paramLabel = "COLUMN",
            description = "CSV column, by name or position, that is no input: where its value changes, a new sequence"
                    + " begins. Default: all rows are one sequence.")
    @Nullable
    String sequenceColumn;

    @Option(
            names = "--skip-column",
            paramLabel = "COLUMN",
            description = "CSV column, by name or position, that is no input. May be given several times.")
    List<String> skipColumns = List.of();

    @Option(
            names = "--window",
            paramLabel = "N",
            description = "Time steps of a .ts series in one sample. Default: ${DEFAULT-VALUE}.")
    int window = 1;

    @Option(
            names = "--hop",
            paramLabel = "N",
            description = "Time steps from one window to the next. Default: ${DEFAULT-VALUE}.")
    int hop = 1;

    @Option(names = "--activation", paramLabel = "F", description = "linear, relu or tanh. Default: linear.")
    @Nullable
    Activation activation;

    @Option(
            names = "--learning-rate",
            paramLabel = "R",
            description = "Default: that of the rule, at most 0.01 divided by the width of a sample.")
    @Nullable
    Double learningRate;

    @Option(names = "--decay", paramLabel = "D", description = "Weight decay. Default: that of the rule.")
    @Nullable
    Double decay;

    @Option(
            names = "--standardise",
            description = "Centres each value and divides it by its standard deviation, both as they run.")
    boolean standardise;

    @Option(names = "--seed", paramLabel = "S", description = "Seed of the first weights. Default: ${DEFAULT-VALUE}.")
    long seed = 1;

    @Option(
            names = "--state",
            paramLabel = "FILE",
            description = "Where the learner is kept. If it is there already, learning goes on from it.")
    @Nullable
    Path state;

    @Option(
            names = "--save-every",
            paramLabel = "N",
            description = "Samples from one save of the state to the next. Default: ${DEFAULT-VALUE}.")
    int saveEvery = SAVE_EVERY;

    @Option(
            names = "--resume",
            description = "Goes on where a stream with this state was cut off: skips the samples that the state has"
                    + " seen and completes the output.")
    boolean resume;

    @Option(names = "--frozen", description = "Only transforms with the state, learns nothing.")
    boolean frozen;

    @Option(names = "--json", description = "Prints a summary as one JSON object; the output must be a file.")
    boolean json;

    @Override
    void work() {
        new StreamWork(this).run();
    }
}
