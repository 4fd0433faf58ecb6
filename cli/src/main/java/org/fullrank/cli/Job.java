package org.fullrank.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.fullrank.engine.InputException;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The base class of all commands. A command has options. A command calls the library to do its work.
///
/// For `--help`, all commands are instantiated, and their fields and method signatures are inspected. To keep
/// this fast, the fields and constants of a command have only types of the JDK. No method signature contains
/// a type of libtorch. Types inside method bodies are loaded only when the command runs.
abstract class Job implements Callable<Integer> {
    /// The exit code of a job that did its work but found a collapse.
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

    /// Records that the work is finished and has found a collapse, or what `--fail-on` names.
    final void collapsed() {
        code = COLLAPSED;
    }

    /// Standard output, for results.
    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /// Standard error, for everything that is not a result.
    final PrintWriter err() {
        return spec.commandLine().getErr();
    }

    final CommandSpec spec() {
        return spec;
    }

    /// Whether the option is given on the command line.
    final boolean isGiven(String option) {
        return spec.commandLine().getParseResult().hasMatchedOption(option);
    }

    /// Refuses options that cannot be used together, and refers to the help.
    final ParameterException conflict(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /// @throws InputException when the folder of a file to write does not exist
    static void requireFolder(String option, Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new InputException(
                    "%s %s: found no folder %s, expected one; make it first".formatted(option, file, folder));
        }
    }
}
