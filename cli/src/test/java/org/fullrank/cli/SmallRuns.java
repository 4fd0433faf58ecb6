package org.fullrank.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Trainings that take milliseconds.
final class SmallRuns {
    private SmallRuns() {}

    /// A table of three features whose classes differ in the first.
    static Path table(Path file, int rows, int classes) throws IOException {
        StringBuilder csv = new StringBuilder("a,b,c,label\n");
        for (int i = 0; i < rows; i++) {
            csv.append("%d,%d,%d,class%d\n".formatted(i % classes * 10 + i % 5, i % 7, i % 3, i % classes));
        }
        return Files.writeString(file, csv);
    }

    /// The options of a command that trains on such a table.
    ///
    /// @param data the table; the cache is beside it
    static List<String> options(Path data, Path out, String... more) {
        List<String> options = new ArrayList<>(List.of("--data", data.toString(), "--out", out.toString()));
        for (String setting : List.of(
                "views.preset=vector",
                "encoder={type: mlp, widths: [8]}",
                "method.projector.widths=[16]",
                "train={epochs: 2, batch: 16, precision: fp32, threads: 1}",
                "data.cache=" + data.resolveSibling("cache"))) {
            options.addAll(List.of("--set", setting));
        }
        options.addAll(List.of(more));
        return options;
    }

    static CommandLineRun pretrain(Path data, Path out, String... more) {
        List<String> line = new ArrayList<>(List.of("pretrain", "--recipe", "shapes-vicreg"));
        line.addAll(options(data, out, more));
        return CommandLineRun.of(line.toArray(String[]::new));
    }

    /// Trains an encoder of images for one epoch on made-up shapes of 16 pixels.
    ///
    /// @param folder holds the run and the cache of the data
    /// @param name of the run
    /// @param encoder settings in YAML
    /// @param settings more settings, such as `views.normalize=half`
    static CommandLineRun trainImages(Path folder, String name, String encoder, String... settings) {
        List<String> line = new ArrayList<>(List.of("pretrain", "--recipe", "small-vicreg", "--data", "shapes"));
        line.addAll(List.of("--out", folder.resolve(name).toString(), "--no-preflight"));
        List<String> all = new ArrayList<>(List.of(
                "views.size=16",
                "data.samples=256",
                "encoder=" + encoder,
                "method.projector.widths=[8, 8]",
                "train={epochs: 1, batch: 32, precision: fp32, threads: 1}",
                "data.cache=" + folder.resolve("cache")));
        all.addAll(List.of(settings));
        all.forEach(setting -> line.addAll(List.of("--set", setting)));
        return CommandLineRun.of(line.toArray(String[]::new));
    }
}
