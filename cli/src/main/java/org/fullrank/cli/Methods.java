package org.fullrank.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "methods",
        sortOptions = false,
        description = "Lists objectives and regularisers with their settings, defaults and papers.",
        footer = {
            "",
            "Examples:",
            "  fullrank methods",
            "  fullrank methods vicreg",
            "  fullrank pretrain --set method=byol --set method.target.rate=0.99",
            "  fullrank pretrain --set method.objective.type=nt-xent --set method.objective.temperature=0.2"
        })
final class Methods extends Job {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "Only this one.")
    @Nullable
    String name;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    boolean json;

    @Override
    void work() {
        new MethodsWork(this).run();
    }
}
