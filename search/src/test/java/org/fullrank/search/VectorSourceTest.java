package org.fullrank.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.fullrank.data.Labels;
import org.fullrank.engine.InputException;
import org.fullrank.export.EmbeddingFormat;
import org.fullrank.file.Npy;
import org.fullrank.probe.Features;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Names and classes beside embeddings in files.
class VectorSourceTest {
    private static final float[] VALUES = {1, 2, 3, 4, 5, 6};

    @TempDir
    Path folder;

    private final List<String> notes = new ArrayList<>();

    private Path npy() {
        Path file = folder.resolve("z.npy");
        Npy.write(file, VALUES, 2);
        return file;
    }

    @Test
    void anNpyHasItsNamesAndLabelsBesideIt() throws IOException {
        Path file = npy();
        try (VectorSource source = VectorSource.open(file, notes::add)) {
            assertThat(source.names()).isEmpty();
            assertThat(source.labels()).isNull();
            assertThat(source.rows().width()).isEqualTo(2);
            assertThat(source.source().text()).isEqualTo(file.toString());
        }
        Files.writeString(folder.resolve("z_names.txt"), "a.png\nä b.png\n\n", StandardCharsets.UTF_8);
        Npy.write(folder.resolve("z_labels.npy"), new int[] {1, -1, 0});
        try (VectorSource source = VectorSource.open(file, notes::add)) {
            assertThat(source.names()).containsExactly("a.png", "ä b.png", "");
            Labels labels = Objects.requireNonNull(source.labels());
            assertThat(labels.names()).containsExactly("0", "1");
            assertThat(labels.classes()).containsExactly(1, Labels.UNLABELED, 0);
        }
    }

    @Test
    void namesInAnotherEncodingAreRefused() throws IOException {
        Path file = npy();
        Files.write(folder.resolve("z_names.txt"), new byte[] {(byte) 0xE4, '\n'});
        assertThatThrownBy(() -> VectorSource.open(file, notes::add))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("z_names.txt: cannot be read (it is not UTF-8 text)");
    }

    @Test
    void aCsvHasNamesAndClassesInItsColumns() throws IOException {
        Path file = Files.writeString(folder.resolve("z.csv"), """
                path,e0,e1,class
                "a,1.png",1,2,cats
                b.png,3,4,
                c.png,5,6,dogs
                d.png,5,7,dogs
                """);
        try (VectorSource source = VectorSource.open(file, notes::add)) {
            assertThat(source.names()).containsExactly("a,1.png", "b.png", "c.png", "d.png");
            assertThat(source.rows().width()).isEqualTo(2);
            Labels labels = Objects.requireNonNull(source.labels());
            assertThat(labels.names()).containsExactly("cats", "dogs");
            assertThat(labels.classes()).containsExactly(0, Labels.UNLABELED, 1, 1);
        }
    }

    @Test
    void aCsvWithoutClassesHasNames() throws IOException {
        Path file = Files.writeString(folder.resolve("z.csv"), "path,e0,e1\na.png,1,2\nb.png,3,4\nc.png,5,6\n");
        try (VectorSource source = VectorSource.open(file, notes::add)) {
            assertThat(source.names()).containsExactly("a.png", "b.png", "c.png");
            assertThat(source.labels()).isNull();
        }
    }

    /// What `embed` writes in any format has names and classes. Arrays have numbers of classes and no texts.
    @ParameterizedTest
    @EnumSource
    void everyFormatOfEmbedHasNamesAndClasses(EmbeddingFormat format) {
        List<String> classes = List.of("cats", "dogs");
        List<String> paths = List.of("a.png", "ä b.png", "c.png");
        String ending = format == EmbeddingFormat.JSON_LINES
                ? ".jsonl"
                : "." + format.name().toLowerCase(Locale.ROOT);
        Path file = folder.resolve("z" + ending);
        format.write(file, new Features(VALUES, 2, new int[] {1, -1, 0}, classes).withPaths(paths));
        try (VectorSource source = VectorSource.open(file, notes::add)) {
            assertThat(source.names()).isEqualTo(paths);
            Labels labels = Objects.requireNonNull(source.labels());
            assertThat(labels.names())
                    .isEqualTo(Set.of(".npy", ".fbin").contains(ending) ? List.of("0", "1") : classes);
            assertThat(labels.classes()).containsExactly(1, Labels.UNLABELED, 0);
            assertThat(source.rows().width()).isEqualTo(2);
        }
    }

    @Test
    void jsonLinesHaveNamesInTheFieldOfTheFirstLine() throws IOException {
        Path file = Files.writeString(folder.resolve("z.jsonl"), """
                {"id": 7, "path": "no.png", "embedding": [1, 2]}
                {"path": "no.png", "embedding": [1, 2]}
                {"id": null, "embedding": [1, 2]}
                """);
        try (VectorSource source = VectorSource.open(file, notes::add)) {
            assertThat(source.names()).containsExactly("7", "", "");
        }
        Files.writeString(file, "{\"path\": [1], \"z\": [1, 2]}\n");
        try (VectorSource source = VectorSource.open(file, notes::add)) {
            assertThat(source.names()).isEmpty();
        }
        Files.writeString(file, "{\"path\": \"a\", \"z\": [1, 2]}\n{\"path\": {}, \"z\": [1, 2]}\n");
        assertThatThrownBy(() -> VectorSource.open(file, notes::add))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("line 2: found no single value in the field path");
    }

    @Test
    void aMissingFileIsRefused() {
        assertThatThrownBy(() -> VectorSource.open(folder.resolve("none.npy"), notes::add))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found no such file");
    }

    @Test
    void aMissingCellIsRefusedWithItsRow() throws IOException {
        Path file = Files.writeString(folder.resolve("z.csv"), "e0,e1\n1,2\n3,\n5,6\n");
        try (VectorSource source = VectorSource.open(file, notes::add)) {
            assertThatThrownBy(() -> VectorIndex.build(source, folder.resolve("idx"), IndexSettings.defaults()))
                    .hasMessageContaining("found a number that is not finite in row 1 (from 0)");
        }
    }
}
