package org.fullrank.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

@Command(
        name = "pretrain",
        sortOptions = false,
        description = "Trains an encoder by a recipe, then measures it.",
        footer = {
            "",
            "Ctrl-C stops with a checkpoint; --resume goes on from there, bit by bit as if nothing had happened.",
            "",
            "A preflight tries a recipe on its data without training: the share of each term of the loss in the",
            "gradient, batch against width, the wiring of self-distillation, the strength of the views, the",
            "learning rate, time and memory; and says what it would change and why. Before a training of more",
            "than ten minutes its short form looks for a few seconds and warns.",
            "",
            "Examples:",
            "  fullrank pretrain                                  recipe shapes-vicreg on built-in images",
            "  fullrank pretrain --recipe shapes-vicreg --data photos.tar.gz --out runs/photos",
            "  fullrank pretrain --set train.epochs=50 --set method.objective.type=nt-xent",
            "  fullrank pretrain --recipe photos-simclr --data photos.tar.gz --preflight",
            "  fullrank pretrain --resume runs/photos"
        })
final class Pretrain extends Job {
    @Option(
            names = "--recipe",
            paramLabel = "NAME|FILE",
            description = "A recipe of fullrank recipes, or a YAML file of your own. Default: shapes-vicreg.")
    @Nullable
    String recipe;

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description = "What to learn from, instead of the recipe's: a folder or archive of images, IDX, CIFAR or"
                    + " STL binaries, .npy, .csv, or the built-in name shapes.")
    @Nullable
    String data;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Run folder to make. Default: runs/<recipe>-<date>-<time>.")
    @Nullable
    Path out;

    @Option(names = "--resume", paramLabel = "RUN", description = "Goes on with the run in this folder.")
    @Nullable
    Path resume;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Sets any value of the recipe, as in train.epochs=50; may be given several times.")
    List<String> settings = new ArrayList<>();

    @Option(
            names = "--preflight",
            description = "Tries recipe and data for at most a minute, says what it would change, and trains nothing:"
                    + " no run folder is made.")
    boolean preflight;

    @Option(names = "--no-preflight", description = "Begins a long training without the short preflight.")
    boolean noPreflight;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    boolean json;

    @Override
    void work() {
        if (resume != null && (recipe != null || data != null || out != null || !settings.isEmpty())) {
            throw new ParameterException(
                    spec().commandLine(),
                    "found --resume together with other settings, expected it alone, because a run keeps its recipe");
        }
        if (preflight && (noPreflight || resume != null)) {
            throw new ParameterException(
                    spec().commandLine(),
                    "found --preflight together with %s, expected it without, because it looks at a training before it"
                                    .formatted(noPreflight ? "--no-preflight" : "--resume")
                            + " begins");
        }
        new PretrainWork(this).run();
    }
}
