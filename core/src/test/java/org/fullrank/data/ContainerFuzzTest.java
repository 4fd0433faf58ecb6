package org.fullrank.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Keyed;
import org.fullrank.rows.RowStream;
import org.fullrank.rows.RowStreams;
import org.fullrank.rows.Selection;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Damaged files of every format that holds several items. Each must be read, or refused in one line, see
/// [FuzzReport]. `-Dfullrank.fuzz=20000` tries that many of each format and prints a table.
class ContainerFuzzTest {
    private static final int COUNT = 40;

    @TempDir
    Path folder;

    static Stream<String> formats() {
        return ContainerSamples.all().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("formats")
    void everyFileIsReadAndWhenItIsDamagedReadOrRefusedInOneLine(String format) throws IOException {
        List<ContainerSamples.Sample> samples =
                Objects.requireNonNull(ContainerSamples.all().get(format));
        readWhole(samples);
        int count = Integer.getInteger("fullrank.fuzz", COUNT);
        try (var report = new FuzzReport(format)) {
            for (int i = 0; i < count; i++) {
                ContainerSamples.Sample sample = samples.get(i % samples.size());
                byte[] bad = ContainerMutations.damaged(sample.content(), Keyed.of(1, i));
                Path path = write(sample, ContainerMutations.packed(bad, sample.packing()));
                report.read("%s, number %d".formatted(sample.file(), i), () -> read(sample, path));
                clear(folder.resolve("data"));
                clear(folder.resolve("cache"));
            }
            if (count != COUNT) {
                System.out.println(report.row());
            }
            assertThat(report.wrong()).isEmpty();
        }
    }

    /// This also loads native code, which takes seconds on a busy machine.
    private void readWhole(List<ContainerSamples.Sample> samples) throws IOException {
        for (ContainerSamples.Sample sample : samples) {
            Path path = write(sample, ContainerMutations.packed(sample.content(), sample.packing()));
            assertThatCode(() -> read(sample, path)).as(sample.file()).doesNotThrowAnyException();
            clear(folder.resolve("data"));
            clear(folder.resolve("cache"));
        }
    }

    /// Writes the sample and returns the path of the data set.
    private Path write(ContainerSamples.Sample sample, byte[] content) {
        Path data = folder.resolve("data");
        sample.beside().forEach((name, bytes) -> SampleFiles.write(data.resolve(name), bytes));
        Path file = SampleFiles.write(data.resolve(sample.file()), content);
        return sample.whole() ? data : file;
    }

    private static void clear(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private Path read(ContainerSamples.Sample sample, Path path) {
        if (sample.rows()) {
            readRows(path);
        } else {
            readItems(path);
        }
        return path;
    }

    private static void readRows(Path path) {
        RowStreams.labels(path, Selection.defaults(), note -> {});
        try (RowStream rows = RowStreams.open(path)) {
            for (Tensor block = rows.next(); block != null; block = rows.next()) {
                block.close();
            }
        }
    }

    private void readItems(Path path) {
        DataSpec spec =
                DataSpec.of(path.toString()).withCache(folder.resolve("cache")).withMaxSkippedShare(1);
        try (Dataset data = Dataset.open(spec)) {
            for (Split split : data.splits()) {
                Items items = data.items(split);
                for (int i = 0; i < items.size(); i++) {
                    if (items instanceof Images images && images.copy(i).length == 0) {
                        throw new IllegalStateException("an empty image");
                    }
                }
                data.names(split);
            }
            data.summary();
            data.warnings();
        }
    }
}
