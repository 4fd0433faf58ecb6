package org.fullrank.cli;

import org.fullrank.data.Dataset;
import org.fullrank.preflight.Preflight;
import org.fullrank.preflight.PreflightReport;
import org.fullrank.run.Recipe;

/// The work of `pretrain --preflight`, and of its short form before a long training.
final class PreflightWork {
    private final Job command;
    private final boolean json;

    PreflightWork(Pretrain command) {
        this.command = command;
        this.json = command.json;
    }

    /// All checks on standard output, and nothing else.
    void only(Recipe recipe) {
        try (Dataset data = Dataset.open(recipe.data())) {
            PreflightReport report = Preflight.full(recipe, data);
            if (json) {
                var object = new Json();
                report.toMap().forEach(object::put);
                command.out().println(object);
            } else {
                command.out().print(report.text());
                command.out().flush();
            }
        }
    }

    /// What the short form found, as warnings on standard error; nothing before a short training.
    void brief(Recipe recipe, Dataset data) {
        Preflight.brief(recipe, data).ifPresent(report -> {
            report.findings().forEach(check -> command.err().println("warning: " + check.line()));
            command.err().println(report.outlook() + "; --preflight looks closer, --no-preflight leaves this out");
        });
    }
}
