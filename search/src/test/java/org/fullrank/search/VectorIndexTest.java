package org.fullrank.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.fullrank.data.Labels;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Searches compared with the naive ones of [SampleVectors].
class VectorIndexTest {
    private static final IndexSettings SETTINGS = IndexSettings.defaults();

    /// Large enough for a graph that is searched and not scanned.
    private static final SampleVectors SAMPLE = SampleVectors.clustered(2000, 32, 40, 0.6);

    @TempDir
    Path folder;

    private VectorIndex build(VectorSource source, IndexSettings settings) {
        Path place = folder.resolve("idx" + settings.bits());
        VectorIndex.build(source, place, settings);
        return VectorIndex.open(place);
    }

    /// Classes `even`, `odd` and none, in turn.
    private static Labels thirds(int rows) {
        return new Labels(IntStream.range(0, rows).map(i -> i % 3 - 1).toArray(), List.of("even", "odd"));
    }

    private static List<Integer> rows(List<Hit> hits) {
        return hits.stream().map(Hit::row).toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 8, 4})
    void searchesFindTheTrueNeighbors(int bits) {
        Path place = folder.resolve("idx");
        IndexReport report = VectorIndex.build(SAMPLE.source(), place, SETTINGS.withBits(bits));
        assertThat(report.card().rows()).isEqualTo(2000);
        assertThat(report.card().width()).isEqualTo(32);
        assertThat(report.card().recall().queries()).isEqualTo(500);
        assertThat(report.bytes()).isGreaterThan(2000 * 32 * 4);
        try (VectorIndex index = VectorIndex.open(place)) {
            double recall = SAMPLE.recall(index, 50, 10);
            assertThat(recall).isGreaterThan(0.98);
            assertThat(index.card().recall().share()).isCloseTo(recall, within(0.02));
            assertThat(index.card()).isEqualTo(report.card());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 4})
    void severalThreadsBuildAnIndexAsGood(int bits) {
        try (VectorIndex index = build(SAMPLE.source(), SETTINGS.withBits(bits).withThreads(3))) {
            assertThat(SAMPLE.recall(index, 50, 10)).isGreaterThan(0.98);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 8, 4})
    void similaritiesAreCosinesAndExactSearchesAreExact(int bits) {
        try (VectorIndex index = build(SAMPLE.source(), SETTINGS.withBits(bits))) {
            float[] query = SAMPLE.rows()[3].clone();
            query[0] += 5;
            List<Hit> hits = index.searchExactly(query, 10, RowFilter.all());
            assertThat(rows(hits)).isEqualTo(SAMPLE.nearest(query, 10, IntStream.range(0, 2000)));
            for (Hit hit : hits) {
                assertThat((double) hit.similarity())
                        .isCloseTo(SampleVectors.cosine(query, SAMPLE.rows()[hit.row()]), within(1e-5));
            }
            assertThat(index.search(query, 3, RowFilter.all())).isEqualTo(hits.subList(0, 3));
            float[] vector = index.vector(5);
            assertThat(SampleVectors.cosine(vector, SAMPLE.rows()[5])).isCloseTo(1, within(1e-6));
        }
    }

    @Test
    void aRowDoesNotFindItselfAndAnotherQueryDoes() {
        try (VectorIndex index = build(SAMPLE.source(), SETTINGS)) {
            assertThat(rows(index.neighbors(7, 5, RowFilter.all()))).hasSize(5).doesNotContain(7);
            assertThat(rows(index.neighborsExactly(7, 5, RowFilter.all())))
                    .isEqualTo(rows(index.neighbors(7, 5, RowFilter.all())));
            assertThat(index.search(SAMPLE.rows()[7], 1, RowFilter.all()).getFirst())
                    .satisfies(hit -> assertThat(hit.row()).isEqualTo(7))
                    .satisfies(hit -> assertThat(hit.similarity()).isCloseTo(1, within(1e-6f)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 4})
    void aFilterFindsOnlyRowsOfItsClass(int bits) {
        Labels labels = thirds(2000);
        try (VectorIndex index = build(SAMPLE.source(List.of(), labels), SETTINGS.withBits(bits))) {
            assertThat(index.classes()).containsEntry("even", 667).containsEntry("odd", 666);
            for (int query : new int[] {0, 1, 2}) {
                List<Hit> hits = index.neighbors(query, 8, RowFilter.label("odd"));
                List<Integer> truth = SAMPLE.nearest(
                        SAMPLE.rows()[query], 8, IntStream.range(0, 2000).filter(row -> row % 3 == 2 && row != query));
                assertThat(hits).allMatch(hit -> "odd".equals(hit.label()));
                assertThat(rows(hits)).isEqualTo(truth);
                assertThat(index.neighborsExactly(query, 8, RowFilter.label("odd")))
                        .isEqualTo(hits);
            }
            assertThatThrownBy(() -> index.neighbors(0, 8, RowFilter.label("evn")))
                    .isInstanceOf(InputException.class)
                    .hasMessage("--class: found evn, expected one of the 2 classes of the index: even, odd; did you"
                            + " mean even?");
        }
        try (VectorIndex index = build(SAMPLE.source(), SETTINGS.withBits(8))) {
            assertThatThrownBy(() -> index.neighbors(0, 8, RowFilter.label("even")))
                    .hasMessageContaining("the rows of the index have no classes");
            assertThat(index.neighbors(0, 1, RowFilter.all()).getFirst().label())
                    .isNull();
        }
    }

    @Test
    void aSearchForMoreRowsThanThereAreGivesAll() {
        SampleVectors few = SampleVectors.clustered(5, 4, 2, 0.5);
        try (VectorIndex index = build(few.source(), SETTINGS)) {
            assertThat(index.search(few.rows()[0], 100, RowFilter.all())).hasSize(5);
            assertThat(index.neighbors(0, Integer.MAX_VALUE, RowFilter.all())).hasSize(4);
            assertThat(index.neighborsExactly(0, Integer.MAX_VALUE, RowFilter.all()))
                    .hasSize(4);
            assertThatThrownBy(() -> index.search(few.rows()[0], 0, RowFilter.all()))
                    .hasMessage("-k: found 0, expected at least 1 row to find; correct it");
        }
    }

    @Test
    void anIndexOfOneRowHasNoRecall() {
        try (VectorIndex index = build(VectorSource.of(new float[] {3, 4}, 2, List.of(), null), SETTINGS)) {
            assertThat(index.card().recall()).isEqualTo(new Recall(Double.NaN, 0));
            assertThat(index.search(new float[] {1, 0}, 3, RowFilter.all()))
                    .containsExactly(new Hit(0, "#0", null, 0.6f));
            assertThat(index.neighbors(0, 3, RowFilter.all())).isEmpty();
        }
    }

    @Test
    void wrongQueriesAreRefused() {
        SampleVectors few = SampleVectors.clustered(5, 4, 2, 0.5);
        VectorIndex index = build(few.source(), SETTINGS);
        try (index) {
            assertThatThrownBy(() -> index.search(new float[3], 1, RowFilter.all()))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("query: found 3 numbers, expected 4 as in index");
            assertThatThrownBy(() -> index.search(new float[4], 1, RowFilter.all()))
                    .hasMessageContaining("query: found only zeros in row 0");
            assertThatThrownBy(() -> index.search(new float[] {1, Float.NaN, 0, 0}, 1, RowFilter.all()))
                    .hasMessageContaining("query: found a number that is not finite in row 0");
            assertThatThrownBy(() -> index.neighbors(5, 1, RowFilter.all()))
                    .hasMessage(
                            "row #5: found no such row, expected one of the 5 rows of the index; correct the number");
        }
        assertThatThrownBy(() -> index.neighbors(0, 1, RowFilter.all()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("it is closed; open it again");
    }

    @Test
    void rowsHaveAnyNames() {
        List<String> names = List.of("a\nb.png", "Äpfel/🍎.png", "", "twin", "twin", "#1");
        SampleVectors few = SampleVectors.clustered(6, 4, 2, 0.5);
        try (VectorIndex index = build(few.source(names, null), SETTINGS)) {
            for (int row = 0; row < 6; row++) {
                assertThat(index.name(row)).isEqualTo(names.get(row));
            }
            assertThat(index.row("a\nb.png")).isZero();
            assertThat(index.row("Äpfel/🍎.png")).isEqualTo(1);
            assertThat(index.row("#1")).as("a name goes before a number").isEqualTo(5);
            assertThat(index.row("#2")).isEqualTo(2);
            assertThat(index.hasName("twin")).isTrue();
            assertThat(index.hasName("#2")).isFalse();
            assertThatThrownBy(() -> index.row("twin"))
                    .hasMessage("row twin: found 2 rows of this name, expected one; give a number: #3, #4");
            assertThatThrownBy(() -> index.row("a\nc.png"))
                    .hasMessage("row a?c.png: found no row of this name in the index; did you mean a?b.png?");
            assertThatThrownBy(() -> index.row("something else"))
                    .hasMessage("row something else: found no row of this name in the index; give another name, or a"
                            + " number, as #17");
            assertThatThrownBy(() -> index.row("#99")).hasMessageContaining("row #99: found no such row");
        }
    }

    @Test
    void rowsAreFoundByTheEndOfTheirPath() {
        List<String> names = List.of("shoes/7.jpg", "a/b/8.jpg", "b/8.jpg", "17.jpg", "7.jpg/x", "twins/t");
        SampleVectors few = SampleVectors.clustered(6, 4, 2, 0.5);
        try (VectorIndex index = build(few.source(names, null), SETTINGS)) {
            assertThat(index.rowsInFolders("7.jpg")).containsExactly(0);
            assertThat(index.rowsInFolders("8.jpg")).containsExactlyInAnyOrder(1, 2);
            assertThat(index.rowsInFolders("b/8.jpg")).containsExactly(1);
            assertThat(index.rowsInFolders("17.jpg"))
                    .as("a whole name is not one in a folder")
                    .isEmpty();
            assertThat(index.rowsInFolders("none")).isEmpty();
        }
    }

    @Test
    void theSameIndexIsBuiltAgainAndReopened() {
        for (String name : List.of("one", "two")) {
            VectorIndex.build(SAMPLE.source(), folder.resolve(name), SETTINGS.withBits(4));
        }
        try (VectorIndex one = VectorIndex.open(folder.resolve("one"));
                VectorIndex two = VectorIndex.open(folder.resolve("two"));
                VectorIndex again = VectorIndex.open(folder.resolve("one"))) {
            for (int row = 0; row < 2000; row += 100) {
                List<Hit> hits = one.neighbors(row, 20, RowFilter.all());
                assertThat(two.neighbors(row, 20, RowFilter.all())).isEqualTo(hits);
                assertThat(again.neighbors(row, 20, RowFilter.all())).isEqualTo(hits);
            }
        }
    }

    @Test
    void vectorsMayBeWiderThanLuceneAllows() {
        SampleVectors wide = SampleVectors.clustered(60, 2048, 3, 0.5);
        try (VectorIndex index = build(wide.source(), SETTINGS.withBits(4))) {
            assertThat(wide.recall(index, 10, 5)).isEqualTo(1);
        }
        assertThatThrownBy(() -> build(VectorSource.of(new float[9000], 9000, List.of(), null), SETTINGS))
                .hasMessageContaining("found vectors of width 9000, expected at most 8192");
    }

    @Test
    void threadsShareAnIndex() throws Exception {
        Labels labels = thirds(2000);
        try (VectorIndex index = build(SAMPLE.source(List.of(), labels), SETTINGS.withBits(4));
                var threads = Executors.newFixedThreadPool(4)) {
            List<List<Hit>> expected = new ArrayList<>();
            List<Callable<List<Hit>>> searches = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                int row = i;
                RowFilter filter = i % 2 == 0 ? RowFilter.all() : RowFilter.label("even");
                expected.add(index.neighbors(row, 10, filter));
                searches.add(() -> index.neighbors(row, 10, filter));
            }
            List<List<Hit>> found = new ArrayList<>();
            for (Future<List<Hit>> result : threads.invokeAll(searches)) {
                found.add(result.get());
            }
            assertThat(found).isEqualTo(expected);
        }
    }

    @Test
    void aDeletedRowIsNotFoundAndTheOthersKeepTheirNumbers() {
        List<String> names = IntStream.range(0, 2000).mapToObj(i -> "row" + i).toList();
        Path place = folder.resolve("idx");
        VectorIndex.build(SAMPLE.source(names, thirds(2000)), place, SETTINGS.withBits(8));
        List<Hit> before;
        try (VectorIndex index = VectorIndex.open(place)) {
            before = index.neighbors(9, 5, RowFilter.all());
            Hit nearest = before.getFirst();
            assertThat(VectorIndex.delete(place, List.of(nearest.name(), "#1999", "#1999")))
                    .isEqualTo(2);
            assertThat(index.neighbors(9, 5, RowFilter.all()))
                    .as("opened before")
                    .isEqualTo(before);
        }
        try (VectorIndex index = VectorIndex.open(place)) {
            assertThat(index.rows()).isEqualTo(1998);
            assertThat(index.neighbors(9, 4, RowFilter.all())).isEqualTo(before.subList(1, 5));
            assertThat(index.neighborsExactly(9, 4, RowFilter.all())).isEqualTo(before.subList(1, 5));
            assertThat(index.hasName("row1999")).isFalse();
            assertThatThrownBy(() -> index.row("#1999")).hasMessageContaining("found a deleted row");
        }
        assertThatThrownBy(() -> VectorIndex.delete(place, List.of("row1999"))).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> VectorIndex.delete(
                        place,
                        IntStream.range(0, 2000)
                                .filter(row ->
                                        row != 1999 && row != before.getFirst().row())
                                .mapToObj(row -> "#" + row)
                                .toList()))
                .hasMessageContaining("found no row that is kept");
    }
}
