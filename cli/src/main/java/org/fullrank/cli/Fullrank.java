package org.fullrank.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Locale;
import org.fullrank.engine.FullrankException;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Natives;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/// The command `fullrank`. Results go to standard output. Everything else goes to standard error. An error is
/// one line. The exit code is 0 for success, 1 for a failed job, 2 for wrong arguments or input, and 3 for a
/// collapse.
@Command(
        name = "fullrank",
        versionProvider = Fullrank.Version.class,
        description = "Self-supervised representation learning: turns unlabeled images and tables into embeddings.",
        subcommands = {
            PretrainCommand.class,
            CompareCommand.class,
            EvaluateCommand.class,
            DiagnoseCommand.class,
            EmbedCommand.class,
            IndexCommand.class,
            SearchCommand.class,
            ExportCommand.class,
            ImportCommand.class,
            ReplayCommand.class,
            StreamCommand.class,
            DataCommand.class,
            MethodsCommand.class,
            ObjectiveCommand.class,
            SpectralCommand.class,
            IndependenceCommand.class,
            UnmixCommand.class,
            DecomposeCommand.class,
            RecipesCommand.class,
            RunsCommand.class,
            ReportCommand.class,
            ServeCommand.class,
            WatchCommand.class,
            LabCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  fullrank pretrain                                 a first look, minutes on two cores",
            "  fullrank pretrain --data photos/ --out runs/mine  train on a folder of images",
            "  fullrank evaluate runs/mine                       kNN and linear accuracy, with three baselines",
            "  fullrank embed runs/mine --out embeddings.npy",
            "  fullrank diagnose embeddings.npy                  have they collapsed, and what to change",
            "  fullrank stream --input sensors.csv --output features.csv",
            "",
            "Exit code: 0 for success, 1 if the job failed, 2 if the arguments or the input are"
                    + " wrong, 3 on a collapse.",
            "fullrank COMMAND --help describes a command."
        })
public final class Fullrank implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Shows this help.")
    private boolean help;

    @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Shows the stack trace of an error.")
    private boolean verbose;

    @Option(names = "--version", versionHelp = true, description = "Shows the version.")
    private boolean version;

    /// Without a command, it prints the help, as most programs with commands do.
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /// The version of the build, and the versions of Java and the system on which it runs.
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String built = Fullrank.class.getPackage().getImplementationVersion(); // null outside of a jar
            return new String[] {
                "fullrank %s (Java %s, %s %s)"
                        .formatted(
                                built == null ? "of a build without a version" : built,
                                Runtime.version(),
                                System.getProperty("os.name"),
                                System.getProperty("os.arch"))
            };
        }
    }

    public static void main(String[] arguments) {
        Locale.setDefault(Locale.ROOT); // numbers look the same on every machine
        int code = execute(new FileOutputStream(FileDescriptor.out), System.err, arguments);
        System.out.flush();
        Natives.settle();
        Interruption.finish(code);
        System.exit(code);
    }

    /// Runs one command line.
    ///
    /// @return the exit code
    static int execute(OutputStream out, PrintStream err, String... arguments) {
        var fullrank = new Fullrank();
        CommandLine line = new CommandLine(fullrank)
                .setOut(new StandardOutput(out))
                .setErr(new PrintWriter(err, true))
                .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                .setUsageHelpWidth(100)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((e, _) -> wrongArguments(e))
                .setExecutionExceptionHandler((e, command, _) -> failed(e, command, fullrank.verbose));
        try {
            return line.execute(arguments);
        } catch (Error e) {
            return failed(e, line, fullrank.verbose);
        }
    }

    private static int wrongArguments(ParameterException e) {
        CommandLine command = e.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        String message = firstLine(e.getMessage());
        if (e instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            message = Unknown.message(command, unmatched.getUnmatched().getFirst());
        }
        command.getErr()
                .println(name + ": " + message + (message.endsWith("?") ? " See " : "; see ") + name + " --help");
        return ExitCode.USAGE;
    }

    private static int failed(Throwable e, CommandLine command, boolean verbose) {
        PrintWriter err = command.getErr();
        String message = switch (e) {
            case FullrankException known -> firstLine(known.getMessage());
            case OutOfMemoryError _ ->
                "out of memory with a heap of %d MiB; give Java more, as in FULLRANK_JAVA_OPTS=-Xmx8g"
                        .formatted(Runtime.getRuntime().maxMemory() >> 20);
            default -> "unexpected error: " + firstLine(e.toString()) + "; --verbose shows where";
        };
        err.println("fullrank: " + message);
        if (verbose) {
            e.printStackTrace(err);
        }
        return e instanceof InputException ? ExitCode.USAGE : ExitCode.SOFTWARE;
    }

    private static String firstLine(@Nullable String message) {
        return message == null ? "no message" : message.lines().findFirst().orElse("no message");
    }
}
