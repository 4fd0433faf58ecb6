package org.fullrank.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fullrank.file.Npy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The example in `docs/how-to/search.md` compiles, works, and is the one below.
class SearchPageTest {
    private static final Path PAGE = Path.of("../docs/how-to/search.md");
    private static final Path SOURCE = Path.of("src/test/java/org/fullrank/search/SearchPageTest.java");

    @TempDir
    Path folder;

    static List<Hit> nearest(Path embeddings, Path folder, float[] query) {
        try (VectorSource source = VectorSource.open(embeddings, System.err::println)) {
            VectorIndex.build(source, folder, IndexSettings.defaults().withBits(8));
        }
        try (VectorIndex index = VectorIndex.open(folder)) { // threads may share it
            return index.search(query, 10, RowFilter.all());
        }
    }

    @Test
    void theExampleFindsTheNearestRow() {
        Path file = folder.resolve("z.npy");
        Npy.write(file, new float[] {1, 0, 0, 1, 1, 1}, 2);
        assertThat(nearest(file, folder.resolve("idx"), new float[] {3, 2.9f}))
                .extracting(Hit::row)
                .containsExactly(2, 0, 1);
    }

    @Test
    void thePageShowsThisExample() throws IOException {
        String source = unindented(SOURCE);
        int begin = source.indexOf("static List<Hit> nearest(");
        assertThat(unindented(PAGE))
                .contains(source.substring(begin, source.indexOf("\n@Test", begin))
                        .strip());
    }

    private static String unindented(Path file) throws IOException {
        return String.join(
                "\n", Files.readAllLines(file).stream().map(String::strip).toList());
    }
}
