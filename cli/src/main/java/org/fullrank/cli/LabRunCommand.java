package org.fullrank.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.lab.ClaimVerdict;
import org.fullrank.lab.Experiment;
import org.fullrank.lab.ExperimentPage;
import org.fullrank.lab.Experiments;
import org.fullrank.lab.Overview;
import org.fullrank.lab.Setting;
import org.fullrank.lab.Sweep;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Runs experiments of the lab.
@Command(
        name = "run",
        sortOptions = false,
        description = "Runs an experiment, or all of them, and writes a page for each.",
        footer = {
            "",
            "A page is NAME.md with NAME.svg. The name all also writes README.md with the measured values of every"
                    + " seed. The exit code is 1 if a claim fails.",
            "",
            "Examples:",
            "  fullrank lab run oja",
            "  fullrank lab run all --quick --json",
            "  fullrank lab run all --seed 1,2,3 --data sets/ --out pages"
        })
final class LabRunCommand extends Job {
    private static final String ALL = "all";

    @Parameters(paramLabel = "NAME|all", description = "The name of an experiment. fullrank lab lists the names.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    String name;

    @Option(
            names = "--seed",
            paramLabel = "S",
            split = ",",
            description =
                    "The seed of all random numbers, or several seeds separated by commas. The pages show the results"
                            + " of the first seed. Default: "
                            + Setting.SEED + ".")
    List<Long> seeds = new ArrayList<>();

    @Option(
            names = "--quick",
            description =
                    "Uses smaller samples and shorter runs. Some claims about real data need the full size: a quick run"
                            + " measures their values, but does not say whether the claims hold.")
    boolean quick;

    @Option(
            names = "--paper",
            description = "Uses the sizes of the paper, for permuted-mnist. That takes days on a processor with few"
                    + " cores.")
    boolean paper;

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description =
                    "A folder with the folders mnist, fashion-mnist, cifar-10, tabular and tensors, or one of these."
                            + " An experiment whose data set is missing says so: it leaves the claims about it undecided, or"
                            + " draws data of its own.")
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
        boolean all = name.equals(ALL);
        List<Experiment> experiments = all ? Experiments.all() : List.of(Experiments.named(name));
        requirePaperLength(experiments);
        List<Setting> settings = settings();
        List<Sweep> sweeps = Sweep.run(experiments, settings, page -> {
            write(page, settings.getFirst());
            err().println("%s, seed %d: done"
                    .formatted(page.experiment().name(), page.setting().seed()));
        });
        if (all) {
            new Overview(sweeps).write(out);
        }
        if (json) {
            out().println(new Json()
                    .put("out", out.toString())
                    .put("quick", quick)
                    .put("paper", paper)
                    .put("experiments", sweeps.stream().map(Sweep::toMap).toList()));
        } else {
            out().print(Sweep.table(sweeps));
            out().println("page: %s (Markdown; open it in an editor with a preview, and its .svg figures in a browser)"
                    .formatted(out.resolve(all ? "README.md" : name + ".md")));
        }
        requireNoFailure(sweeps);
    }

    /// Writes the page of the first seed at once, so that it is there when another experiment or a claim fails.
    ///
    /// @return whether the page is that of the first seed
    boolean write(ExperimentPage page, Setting first) {
        boolean shown = page.setting().equals(first);
        if (shown) {
            page.write(out);
        }
        return shown;
    }

    /// @throws JobException when a claim fails, so that the exit code is not 0
    void requireNoFailure(List<Sweep> sweeps) {
        int fails = sweeps.stream()
                .mapToInt(sweep -> sweep.count(ClaimVerdict.FAILS))
                .sum();
        if (fails > 0) {
            throw new JobException("lab run %s: found %d failed claims, expected none; see the pages in %s"
                    .formatted(name, fails, out));
        }
    }

    /// @throws InputException when the sizes of the paper are wanted but an experiment has none
    private void requirePaperLength(List<Experiment> experiments) {
        if (!paper) {
            return;
        }
        if (quick) {
            throw new InputException("--paper: found --quick too, expected one of them; leave one out");
        }
        for (Experiment experiment : experiments) {
            if (!experiment.hasPaperLength()) {
                throw new InputException(
                        "--paper: found %s, which has no sizes of a paper, expected %s; leave out --paper"
                                .formatted(
                                        experiment.name(),
                                        Experiments.all().stream()
                                                .filter(Experiment::hasPaperLength)
                                                .map(Experiment::name)
                                                .collect(Collectors.joining(" or "))));
            }
        }
    }

    private Setting.Length length() {
        return quick ? Setting.Length.QUICK : paper ? Setting.Length.PAPER : Setting.Length.FULL;
    }

    private List<Setting> settings() {
        if (data != null && !Files.exists(Path.of(data))) {
            throw new InputException(
                    ("--data %s: found nothing there, expected the folder mnist, fashion-mnist, cifar-10, tabular or"
                                    + " tensors, or a folder of them; check the path")
                            .formatted(data));
        }
        if (Files.exists(out) && !Files.isDirectory(out)) {
            throw new InputException("--out %s: found a file, expected a folder; name another one".formatted(out));
        }
        List<Long> chosen = seeds.isEmpty() ? List.of(Setting.SEED) : seeds;
        return chosen.stream()
                .distinct()
                .map(seed -> new Setting(seed, length(), data))
                .toList();
    }
}
