package org.fullrank.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "objective",
        sortOptions = false,
        description =
                "Evaluates an objective, a regulariser or a regression on saved embeddings: value, parts, gradients.",
        footer = {
            "",
            "A regulariser takes one file, an objective two or more views of the same samples; a regression takes"
                    + " two, prediction and target, and holds the target fixed.",
            "Files are matrices [N, D] of float32 or float64, a row for each sample, all of one shape and one type;"
                    + " what is computed, printed and written has their precision.",
            "docs/reference/methods.md has the formula, the settings and reference values of each name.",
            "",
            "Examples:",
            "  fullrank objective vicreg a.npy b.npy",
            "  fullrank objective nt-xent a.npy b.npy --set temperature=0.2 --json",
            "  fullrank objective variance-hinge a.npy --gradients gradients/"
        })
final class ObjectiveCommand extends Job {
    @Parameters(index = "0", paramLabel = "NAME", description = "Objective, regulariser or regression.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    String name;

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "FILE", description = "Embeddings as .npy.")
    List<Path> files = new ArrayList<>();

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Sets one of its settings; may be given several times.")
    List<String> settings = new ArrayList<>();

    @Option(
            names = "--draw",
            paramLabel = "K",
            defaultValue = "0",
            description = "Key of what it draws at random, such as directions: equal keys, equal draws. Default:"
                    + " ${DEFAULT-VALUE}.")
    long draw;

    @Option(
            names = "--gradients",
            paramLabel = "DIR",
            description =
                    "Writes the gradient with respect to each file, in their order, as grad_a.npy, grad_b.npy, ...")
    @Nullable
    Path gradients;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    boolean json;

    @Override
    void work() {
        new ObjectiveWork(this).run();
    }
}
