package org.fullrank.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import org.fullrank.data.Dataset;
import org.fullrank.data.Split;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.file.Npy;
import org.fullrank.probe.Features;
import org.fullrank.run.RunFolder;
import org.fullrank.trained.Trained;

/// The work of `embed`. Files appear under their name when they are complete.
record EmbedWork(Embed command) {
    void run() {
        Path out = command.out;
        String name = out.toString().toLowerCase(Locale.ROOT);
        if (!name.endsWith(".npy") && !name.endsWith(".csv")) {
            throw new InputException("--out %s: found no known ending, expected .npy or .csv".formatted(out));
        }
        Path parent = out.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new InputException(
                    "--out %s: found no folder %s, expected one; make it first".formatted(out, parent));
        }
        Split split = RunArguments.split(command.split);
        try (RunFolder folder = RunFolder.open(command.run)) {
            Path checkpoint = RunArguments.checkpoint(folder, command.best);
            try (Dataset data = Dataset.open(RunArguments.data(folder, command.data))) {
                data.items(split);
                try (Trained trained = Trained.open(folder, data, checkpoint)) {
                    write(trained.embed(split));
                }
            }
        }
    }

    private void write(Features features) {
        Path out = command.out;
        try {
            if (out.toString().toLowerCase(Locale.ROOT).endsWith(".csv")) {
                writeCsv(out, features);
            } else {
                Npy.write(out, features.values(), features.width());
                if (features.classes() != null) {
                    Npy.write(labels(out), features.labels());
                }
            }
        } catch (IOException e) {
            throw new JobException("cannot write %s: %s; free some space or name another file".formatted(out, e), e);
        }
        if (command.json) {
            command.out()
                    .println(new Json()
                            .put("file", out.toString())
                            .put("items", features.rows())
                            .put("width", features.width())
                            .put("classes", features.names()));
        } else {
            command.out().println("%s: %d embeddings of width %d".formatted(out, features.rows(), features.width()));
        }
    }

    private static Path labels(Path out) {
        String name = String.valueOf(out.getFileName());
        return out.resolveSibling(name.substring(0, name.length() - ".npy".length()) + "_labels.npy");
    }

    private static void writeCsv(Path out, Features features) throws IOException {
        Path next = out.resolveSibling(out.getFileName() + ".next");
        try (BufferedWriter csv = Files.newBufferedWriter(next)) {
            for (int d = 0; d < features.width(); d++) {
                csv.append(d == 0 ? "" : ",").append("e").append(String.valueOf(d));
            }
            csv.append(features.classes() == null ? "\n" : ",class\n");
            for (int row = 0; row < features.rows(); row++) {
                for (int d = 0; d < features.width(); d++) {
                    csv.append(d == 0 ? "" : ",").append(Float.toString(features.values()[row * features.width() + d]));
                }
                if (features.classes() != null) {
                    String label = features.names().get(features.labels()[row]);
                    csv.append(",\"").append(label.replace("\"", "\"\"")).append('"');
                }
                csv.append('\n');
            }
        }
        Files.move(next, out, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
