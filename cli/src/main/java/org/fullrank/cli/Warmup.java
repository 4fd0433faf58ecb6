package org.fullrank.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;

/// Makes commands start fast if they only print something. The launcher runs this program once after each
/// build. The launcher records the classes that the program loads. To show the help, the launcher prints the
/// files that this program writes.
final class Warmup {
    private Warmup() {}

    /// Runs each quick command, and writes the help of `fullrank` and of each command into a folder.
    ///
    /// @param arguments the folder, created if it is missing. The file `_` contains the output of `fullrank
    ///     --help`, and the file `pretrain` contains that of `fullrank pretrain --help`.
    public static void main(String[] arguments) throws IOException {
        var nowhere = new PrintStream(OutputStream.nullOutputStream());
        for (String line : List.of("recipes", "methods", "runs", "unknown")) {
            Fullrank.execute(nowhere, nowhere, line);
        }
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        Files.write(folder.resolve("_"), help("--help"));
        for (String command : new CommandLine(new Fullrank()).getSubcommands().keySet()) {
            Files.write(folder.resolve(command), help(command, "--help"));
        }
    }

    private static byte[] help(String... line) {
        var text = new ByteArrayOutputStream();
        try (var out = new PrintStream(text, true, StandardCharsets.UTF_8)) {
            Fullrank.execute(out, out, line);
        }
        return text.toByteArray();
    }
}
