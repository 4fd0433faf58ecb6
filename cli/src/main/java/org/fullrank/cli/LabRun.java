package org.fullrank.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fullrank.lab.Setting;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "run",
        sortOptions = false,
        description = "Runs an experiment, or all of them, and writes a page for each.",
        footer = {
            "",
            "A page is NAME.md with NAME.svg; all experiments together also make README.md, with the figures of every"
                    + " seed. The exit code is 1 when a claim fails.",
            "",
            "Examples:",
            "  fullrank lab run oja",
            "  fullrank lab run all --quick --json",
            "  fullrank lab run all --seed 1,2,3 --data mnist/ --out pages"
        })
final class LabRun extends Job {
    @Parameters(paramLabel = "NAME|all", description = "The experiment; fullrank lab lists them.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    String name;

    @Option(
            names = "--seed",
            paramLabel = "S",
            split = ",",
            description = "Seed of all random numbers; several, with commas between: pages are of the first. Default: "
                    + Setting.SEED + ".")
    List<Long> seeds = new ArrayList<>();

    @Option(names = "--quick", description = "Smaller samples and shorter runs; the claims are the same.")
    boolean quick;

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description = "MNIST, for lpl-digits; without it the claims of that experiment are not decidable.")
    @Nullable
    String data;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "lab-pages",
            description = "Folder for the pages. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path out;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    boolean json;

    @Override
    void work() {
        new LabRunWork(this).run();
    }
}
