package org.fullrank.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// What all commands share. A command class holds its options only; its work lies in a class of its own that is
/// loaded when the command runs, so that `--help` touches neither the engine nor the parsers.
abstract class Job implements Callable<Integer> {
    /// The exit code of a job that did its work and found a collapse.
    static final int COLLAPSED = 3;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    private int code = ExitCode.OK;

    /// Does the work.
    abstract void work();

    @Override
    public final Integer call() {
        work();
        return code;
    }

    /// Says that the work is done and what it found is a collapse.
    final void collapsed() {
        code = COLLAPSED;
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
