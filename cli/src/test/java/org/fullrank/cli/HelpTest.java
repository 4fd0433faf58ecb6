package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `--help` is fast because it loads few classes.
class HelpTest {
    /// Classes of the library that may appear in signatures of the commands' methods. Each costs some 50
    /// microseconds.
    private static final int MOST_LIBRARY_CLASSES = 90;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"--help", "pretrain --help", "diagnose --help"})
    void helpLoadsNeitherTheEngineNorParsers(String line) throws Exception {
        List<String> loaded = loadedBy(line);
        assertThat(loaded).anyMatch(name -> name.startsWith("picocli."));
        assertThat(loaded)
                .noneMatch(name -> name.startsWith("org.bytedeco.")
                        || name.startsWith("com.fasterxml.")
                        || name.startsWith("org.ejml.")
                        || name.startsWith("de.siegmar."));
        assertThat(loaded.stream()
                        .filter(name -> name.startsWith("org.fullrank.") && !name.startsWith("org.fullrank.cli."))
                        .filter(name -> !name.contains("$$Lambda")))
                .hasSizeLessThan(MOST_LIBRARY_CLASSES);
    }

    private List<String> loadedBy(String line) throws IOException, InterruptedException {
        Path log = folder.resolve("loaded");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load:file=" + log + ":none",
                "-cp",
                System.getProperty("java.class.path"),
                Fullrank.class.getName()));
        command.addAll(List.of(line.split(" ")));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("help").toFile())
                .start();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isZero();
        return Files.readAllLines(log).stream()
                .map(entry -> entry.split(" ")[0])
                .toList();
    }
}
