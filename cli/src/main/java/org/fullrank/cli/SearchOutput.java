package org.fullrank.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.fullrank.search.Duplicates;
import org.fullrank.search.Hit;
import org.fullrank.search.Outlier;
import org.fullrank.search.VectorIndex;
import org.fullrank.text.Numbers;
import org.fullrank.text.Table;
import org.jspecify.annotations.Nullable;

/// Prints what a search found, as text or as one JSON object.
final class SearchOutput {
    /// Held, because the JDK forgets the level of a logger that nobody holds.
    private static final Logger LUCENE = Logger.getLogger("org.apache.lucene");

    private final VectorIndex index;
    private final PrintWriter out;
    private final boolean json;
    private final boolean classes;

    SearchOutput(VectorIndex index, PrintWriter out, boolean json) {
        this.index = index;
        this.out = out;
        this.json = json;
        classes = !index.classes().isEmpty();
    }

    /// Silences Lucene's remarks about flags of Java, which are for programmers.
    static void quiet() {
        LUCENE.setLevel(Level.SEVERE);
    }

    /// What each query of a file is called.
    static List<String> titles(String query, int count) {
        return count == 1
                ? List.of(query)
                : IntStream.range(0, count).mapToObj(i -> query + " #" + i).toList();
    }

    void neighbors(List<String> queries, List<List<Hit>> hits, int k, boolean exact) {
        if (json) {
            List<Object> results = new ArrayList<>();
            for (int i = 0; i < queries.size(); i++) {
                results.add(new Json()
                        .put("query", queries.get(i))
                        .put(
                                "neighbors",
                                hits.get(i).stream().map(SearchOutput::json).toList())
                        .values());
            }
            out.println(new Json().put("k", k).put("exact", exact).put("results", results));
            return;
        }
        for (int i = 0; i < queries.size(); i++) {
            if (queries.size() > 1) {
                out.println((i == 0 ? "" : "\n") + "query " + line(queries.get(i)));
            }
            var table = new Table();
            table.row(cells("rank", "name", "class", "similarity"));
            int rank = 0;
            for (Hit hit : hits.get(i)) {
                table.row(cells(++rank, line(hit.name()), hit.label(), cosine(hit.similarity())));
            }
            out.print(table);
        }
        out.flush();
    }

    void duplicates(Duplicates found, float above, int limit) {
        List<List<Integer>> groups = found.groups();
        List<List<Hit>> shown = groups.stream().limit(limit).map(this::members).toList();
        int rows = groups.stream().mapToInt(List::size).sum();
        if (json) {
            out.println(new Json()
                    .put("above", above)
                    .put("exact", found.exact())
                    .put("groupsFound", groups.size())
                    .put("rowsFound", rows)
                    .put(
                            "groups",
                            shown.stream()
                                    .map(group -> group.stream()
                                            .map(SearchOutput::json)
                                            .toList())
                                    .toList()));
            return;
        }
        out.println("%s of near-duplicates with %s: similarity at least %s"
                .formatted(Numbers.count(groups.size(), "group"), Numbers.count(rows, "row"), Numbers.plain(above, 4)));
        for (int i = 0; i < shown.size(); i++) {
            out.println("\ngroup %d: %s; similarity to the first row"
                    .formatted(i + 1, Numbers.count(shown.get(i).size(), "row")));
            var table = new Table();
            for (Hit hit : shown.get(i)) {
                table.row(cells(" ", line(hit.name()), hit.label(), cosine(hit.similarity())));
            }
            out.print(table);
        }
        if (shown.size() < groups.size()) {
            out.println("\n%s; --limit %d shows all"
                    .formatted(Numbers.count(groups.size() - shown.size(), "more group"), groups.size()));
        }
        out.flush();
    }

    /// The rows of a group, with the similarity of each to the first one.
    private List<Hit> members(List<Integer> group) {
        return group.stream().map(row -> index.hit(row, group.getFirst())).toList();
    }

    void outliers(List<Outlier> found, int k, boolean exact) {
        if (json) {
            List<Object> rows = new ArrayList<>();
            for (Outlier outlier : found) {
                rows.add(json(new Hit(outlier.row(), outlier.name(), outlier.label(), (float) outlier.similarity())));
            }
            out.println(new Json().put("k", k).put("exact", exact).put("outliers", rows));
            return;
        }
        var table = new Table();
        table.row(cells("rank", "name", "class", "mean similarity to %s".formatted(Numbers.count(k, "neighbor"))));
        int rank = 0;
        for (Outlier outlier : found) {
            table.row(cells(++rank, line(outlier.name()), outlier.label(), cosine(outlier.similarity())));
        }
        out.print(table);
        out.flush();
    }

    /// A row of a table; without the class if the index has none.
    private List<Object> cells(Object rank, String name, @Nullable String label, String similarity) {
        return classes
                ? List.of(rank, name, label == null ? "-" : line(label), similarity)
                : List.of(rank, name, similarity);
    }

    private static Object json(Hit hit) {
        return new Json()
                .put("row", hit.row())
                .put("name", hit.name())
                .put("class", hit.label())
                .put("similarity", hit.similarity())
                .values();
    }

    /// A name on one line.
    private static String line(String name) {
        return name.replaceAll("\\p{Cntrl}", "?");
    }

    private static String cosine(double similarity) {
        return String.format(Locale.ROOT, "%.4f", similarity);
    }
}
