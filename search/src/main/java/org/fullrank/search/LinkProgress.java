package org.fullrank.search;

import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.util.InfoStream;
import org.fullrank.text.Numbers;

/// Makes lines of progress from the notes that Lucene writes while it builds a graph, one for each tenth of the
/// rows. Lucene writes a note for every 10,000 rows, so that a small index has no lines.
final class LinkProgress extends InfoStream {
    private static final String GRAPH = "HNSW";

    private static final Pattern BUILT = Pattern.compile("built (\\d+) in .*");

    private static final int LINES = 10;

    private final int rows;
    private final Consumer<String> lines;
    private final long start = System.nanoTime();
    private long tenths;

    LinkProgress(int rows, Consumer<String> lines) {
        this.rows = rows;
        this.lines = lines;
    }

    @Override
    public synchronized void message(String component, String message) {
        Matcher built = BUILT.matcher(message);
        if (!component.equals(GRAPH) || !built.matches()) {
            return;
        }
        long done = Long.parseLong(built.group(1));
        long now = done * LINES / rows;
        if (now > tenths) {
            tenths = now;
            double seconds = (System.nanoTime() - start) / 1e9;
            lines.accept("linked %,d of %,d rows, %s left"
                    .formatted(done, rows, Numbers.duration(seconds * (rows - done) / done)));
        }
    }

    @Override
    public boolean isEnabled(String component) {
        return component.equals(GRAPH);
    }

    @Override
    public void close() {}
}
