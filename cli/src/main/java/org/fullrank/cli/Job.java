package org.fullrank.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// What all commands share. A command class holds its options only; its work lies in a class of its own that is loaded
/// when the command runs, so that `--help` touches neither the engine nor the parsers.
abstract class Job implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /// Does the work.
    abstract void work();

    @Override
    public final Integer call() {
        work();
        return ExitCode.OK;
    }

    /// For results.
    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /// For everything else.
    final PrintWriter err() {
        return spec.commandLine().getErr();
    }

    final CommandSpec spec() {
        return spec;
    }
}
