package org.fullrank.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import picocli.CommandLine;

/// Makes commands start fast. The launcher runs this program once after each build and records the classes
/// that the program loads. To show the help, the launcher prints the files that this program writes.
final class Warmup {
    private Warmup() {}

    /// Images of the small training, in the layout of CIFAR-10: a class and three planes of 32 x 32.
    private static final int IMAGES = 64;

    private static final int RECORD = 1 + 3 * 32 * 32;

    /// Runs each quick command, a small training and a search, and writes the help of `fullrank` and of each command
    /// into a folder.
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
        train(nowhere);
    }

    /// A training with its evaluation and a search, whose results do not matter. Without native libraries for
    /// this machine, it ends early.
    private static void train(PrintStream nowhere) throws IOException {
        byte[] images = new byte[IMAGES * RECORD];
        new Random(0).nextBytes(images);
        for (int i = 0; i < IMAGES; i++) {
            images[i * RECORD] = (byte) (i % 2);
        }
        Path folder = Files.createTempDirectory("fullrank-warmup");
        try {
            Path data = Files.write(folder.resolve("data_batch_1.bin"), images);
            List<String> line = new ArrayList<>(List.of("pretrain", "--recipe", "small-vicreg", "--no-preflight"));
            line.addAll(List.of(
                    "--data", data.toString(), "--out", folder.resolve("run").toString()));
            for (String setting : List.of("train={epochs: 1, batch: 16, device: cpu}", "data.cache=" + folder)) {
                line.addAll(List.of("--set", setting));
            }
            Fullrank.execute(nowhere, nowhere, line.toArray(String[]::new));
            String index = folder.resolve("index").toString();
            Fullrank.execute(nowhere, nowhere, "index", folder.resolve("run").toString(), "--out", index);
            Fullrank.execute(nowhere, nowhere, "search", index, "#0");
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
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
