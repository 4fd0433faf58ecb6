package org.fullrank.search;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Consumer;
import org.fullrank.engine.InputException;
import org.fullrank.settings.Nearest;

/// An index of vectors on disk that finds the nearest rows of a query. Near means that the cosine of the angle
/// is large. It has the graph HNSW (Malkov and Yashunin, "Efficient and robust approximate nearest neighbor
/// search using hierarchical navigable small world graphs", 2018), as Lucene builds it, and maps its files into
/// memory. The vectors may be quantized, see [IndexSettings].
///
/// ```java
/// VectorIndex.build(VectorSource.open(Path.of("z.npy"), note -> {}), Path.of("idx"), IndexSettings.defaults());
/// try (VectorIndex index = VectorIndex.open(Path.of("idx"))) {
///     List<Hit> hits = index.search(query, 10, RowFilter.all());
/// }
/// ```
///
/// Threads may share an index.
public final class VectorIndex implements AutoCloseable {
    static final String ROTATION = "rotation.npy";

    /// An unknown name is compared with so many names, to suggest one. More would take seconds.
    private static final int NAMES_COMPARED = 100_000;

    private static final int CLASSES_LISTED = 20;

    private final Path folder;
    private final IndexCard card;
    private final StoredVectors stored;
    private final RandomRotation rotation;

    private VectorIndex(Path folder, IndexCard card, StoredVectors stored, RandomRotation rotation) {
        this.folder = folder;
        this.card = card;
        this.stored = stored;
        this.rotation = rotation;
    }

    /// Builds an index. It appears under its name only when it is complete.
    ///
    /// @param source the vectors; the caller closes it
    /// @param folder of the index; there must be nothing
    /// @throws InputException when a row is zero or not finite, or when there is something in the folder's place
    /// @throws org.fullrank.engine.JobException when the folder cannot be written
    public static IndexReport build(VectorSource source, Path folder, IndexSettings settings) {
        return build(source, folder, settings, line -> {});
    }

    /// The same.
    ///
    /// @param progress gets a line for each step
    public static IndexReport build(
            VectorSource source, Path folder, IndexSettings settings, Consumer<String> progress) {
        return IndexBuild.run(source, folder, settings, false, progress);
    }

    /// Builds an index in the place of an older one, which stays until the new one is complete.
    ///
    /// @param folder of the index; there must be nothing or an index
    /// @param progress gets a line for each step
    /// @throws InputException when a row is zero or not finite, or when there is something else in the place
    /// @throws org.fullrank.engine.JobException when the folder cannot be written
    public static IndexReport replace(
            VectorSource source, Path folder, IndexSettings settings, Consumer<String> progress) {
        return IndexBuild.run(source, folder, settings, true, progress);
    }

    /// Checks before long work that an index can be built in this place.
    ///
    /// @param replace whether an index there is replaced
    /// @throws InputException when something is there that is not an index, or an index that must not be replaced
    public static void requireFree(Path folder, boolean replace) {
        FreshFolder.requireReplaceable(folder, replace);
    }

    /// Opens an index for reading.
    ///
    /// @throws InputException when the folder is no index, is damaged or is of another version
    public static VectorIndex open(Path folder) {
        return open(folder, IndexCard.read(folder));
    }

    static VectorIndex open(Path folder, IndexCard card) {
        RandomRotation rotation = card.settings().quantized()
                ? RandomRotation.read(folder.resolve(ROTATION), card.width())
                : RandomRotation.none();
        return new VectorIndex(folder, card, StoredVectors.open(folder, card), rotation);
    }

    /// Deletes rows. Indexes that are open do not see it.
    ///
    /// @param names of rows, or `#` and the number of a row
    /// @return number of rows that were deleted
    /// @throws InputException when there is no such row, when a name belongs to several rows, or when no row
    ///     would be left
    /// @throws org.fullrank.engine.JobException when the folder cannot be written
    public static int delete(Path folder, List<String> names) {
        return RowDeletion.run(folder, names);
    }

    /// What the index says about itself.
    public IndexCard card() {
        return card;
    }

    /// Number of rows that are not deleted.
    public int rows() {
        return stored.live();
    }

    /// The classes with their numbers of rows, including deleted ones.
    public SequencedMap<String, Integer> classes() {
        return stored.labels();
    }

    /// The nearest rows of a query, best first. A true neighbor may be missing, see [Recall].
    ///
    /// @param query `[D]`, of any length but zero; not changed
    /// @param k most rows to find; there are fewer if the index or the filter has fewer
    /// @throws InputException when the query has another width, is zero or is not finite, or when the filter
    ///     names a class that no row has
    public List<Hit> search(float[] query, int k, RowFilter filter) {
        requireSearch(k, filter);
        return hits(stored.nearest(prepare(query), k, filter));
    }

    /// The same without a missing neighbor. It computes the similarities of all rows.
    public List<Hit> searchExactly(float[] query, int k, RowFilter filter) {
        requireSearch(k, filter);
        return hits(stored.exact(prepare(query), k, filter));
    }

    /// The nearest rows of a row, which is not among them.
    ///
    /// @throws InputException when there is no such row, or as [#search]
    public List<Hit> neighbors(int row, int k, RowFilter filter) {
        requireSearch(k, filter);
        requireRow(row);
        return hits(stored.nearest(stored.vector(row), k, filter.without(row)));
    }

    /// The same without a missing neighbor. It computes the similarities of all rows.
    public List<Hit> neighborsExactly(int row, int k, RowFilter filter) {
        requireSearch(k, filter);
        requireRow(row);
        return hits(stored.exact(stored.vector(row), k, filter.without(row)));
    }

    /// The vector `[D]` of a row, scaled to length 1.
    ///
    /// @throws InputException when there is no such row
    public float[] vector(int row) {
        requireRow(row);
        return rotation.restore(stored.vector(row));
    }

    /// A row, with its similarity to another one.
    ///
    /// @throws InputException when there is no such row
    public Hit hit(int row, int other) {
        requireRow(row);
        requireRow(other);
        return hit(row, StoredVectors.cosine(stored.vector(row), stored.vector(other)));
    }

    /// The number of the row with this name, or with this number, as `#17`. A name goes before a number.
    ///
    /// @throws InputException when there is no such row, or when several rows have this name
    public int row(String name) {
        List<Integer> found = stored.named(name);
        if (found.size() > 1) {
            throw new InputException("row %s: found %d rows of this name, expected one; give a number: %s"
                    .formatted(
                            printable(name),
                            found.size(),
                            String.join(
                                    ", ",
                                    found.stream()
                                            .limit(CLASSES_LISTED)
                                            .map(row -> "#" + row)
                                            .toList())));
        }
        if (found.isEmpty() && !name.matches("#\\d{1,9}")) {
            throw new InputException(
                    "row %s: found no row of this name in the index%s".formatted(printable(name), suggestion(name)));
        }
        int row = found.isEmpty() ? Integer.parseInt(name.substring(1)) : found.getFirst();
        requireRow(row);
        return row;
    }

    /// Whether the index has a row with this name.
    public boolean hasName(String name) {
        return !stored.named(name).isEmpty();
    }

    /// The rows whose name ends in this part of a path, such as `shoes/7.jpg` for `7.jpg`. It reads all names.
    public List<Integer> rowsInFolders(String part) {
        String end = "/" + part;
        return stored.names(Integer.MAX_VALUE).stream()
                .filter(name -> name.endsWith(end))
                .flatMap(name -> stored.named(name).stream())
                .toList();
    }

    /// The name of a row, or `#` and its number if it has none.
    public String name(int row) {
        String name = stored.name(row);
        return name == null ? "#" + row : name;
    }

    StoredVectors stored() {
        return stored;
    }

    private String suggestion(String name) {
        List<String> names = stored.names(NAMES_COMPARED + 1);
        if (names.isEmpty()) {
            return ", whose rows have no names; give a number, as #17";
        }
        String hint = names.size() > NAMES_COMPARED ? "" : printable(Nearest.hint(name, names));
        return hint.isEmpty() ? "; give another name, or a number, as #17" : hint;
    }

    private void requireRow(int row) {
        InputException.when(
                row < 0 || row >= stored.size() || !stored.isLive(row),
                "row #%d: found %s, expected one of the %d rows of the index; correct the number",
                row,
                row >= 0 && row < stored.size() ? "a deleted row" : "no such row",
                stored.size());
    }

    private void requireSearch(int k, RowFilter filter) {
        InputException.when(k < 1, "-k: found %d, expected at least 1 row to find; correct it", k);
        String label = filter.label();
        if (label == null) {
            return;
        }
        List<String> known = List.copyOf(stored.labels().sequencedKeySet());
        InputException.when(
                known.isEmpty(), "--class: found %s, but the rows of the index have no classes; leave it out", label);
        InputException.unless(
                known.contains(label),
                "--class: found %s, expected one of the %d classes of the index%s%s",
                label,
                known.size(),
                known.size() > CLASSES_LISTED ? "" : ": " + String.join(", ", known),
                Nearest.hint(label, known));
    }

    private float[] prepare(float[] query) {
        InputException.unless(
                query.length == card.width(),
                "query: found %d numbers, expected %d as in index %s; embed it with the same encoder",
                query.length,
                card.width(),
                folder);
        float[] unit = query.clone();
        UnitVectors.scale("query", 0, unit, unit.length);
        return rotation.rotate(unit);
    }

    private List<Hit> hits(TopRows top) {
        List<Hit> hits = new ArrayList<>();
        for (int place = 0; place < top.size(); place++) {
            hits.add(hit(top.row(place), top.similarity(place)));
        }
        return hits;
    }

    private Hit hit(int row, float similarity) {
        return new Hit(row, name(row), stored.label(row), similarity);
    }

    private static String printable(String name) {
        return name.replaceAll("\\p{Cntrl}", "?");
    }

    /// Frees the files. A search that runs meanwhile fails.
    @Override
    public void close() {
        stored.close();
    }
}
