package org.fullrank.stream;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How samples are read from a file. The options for columns apply to CSV. Window and hop apply to {@code .ts}.
 *
 * @param sequenceColumn CSV column that is not an input, by name or position (from 1, or from the end as -1, -2, ...).
 *     A new sequence begins when its value changes. null if all rows are one sequence
 * @param skipColumns CSV columns, by name or position, that are not inputs
 * @param keepColumns CSV columns, by name or position, that are not inputs and become columns of the output
 * @param window time steps of a series in one sample, at least 1
 * @param hop time steps from one window to the next, at least 1
 * @param bad how values that are not finite numbers are treated
 */
public record SampleOptions(
        @Nullable String sequenceColumn,
        List<String> skipColumns,
        List<String> keepColumns,
        int window,
        int hop,
        BadCells.Policy bad) {
    /** 1: each time step is a sample. */
    public static final int WINDOW = 1;
    /** 1: every window is a sample. */
    public static final int HOP = 1;
    /** STOP: a stream should not learn from values that nobody has checked. */
    public static final BadCells.Policy BAD = BadCells.Policy.STOP;

    public SampleOptions {
        skipColumns = List.copyOf(skipColumns);
        keepColumns = List.copyOf(keepColumns);
        Cells.requirePositive("window", window);
        Cells.requirePositive("hop", hop);
    }

    /** Every column is an input, and all rows are one sequence. Every time step of a series is a sample. */
    public static SampleOptions defaults() {
        return new SampleOptions(null, List.of(), List.of(), WINDOW, HOP, BAD);
    }

    /** The same with a column that identifies the sequence of each row. */
    public SampleOptions withSequenceColumn(String column) {
        return new SampleOptions(column, skipColumns, keepColumns, window, hop, bad);
    }

    /** The same with columns that are not inputs. */
    public SampleOptions withSkipColumns(String... columns) {
        return new SampleOptions(sequenceColumn, List.of(columns), keepColumns, window, hop, bad);
    }

    /** The same with columns that are not inputs and become columns of the output. */
    public SampleOptions withKeepColumns(String... columns) {
        return new SampleOptions(sequenceColumn, skipColumns, List.of(columns), window, hop, bad);
    }

    /** The same with windows of {@code steps} time steps. The distance between two windows is {@code apart} steps. */
    public SampleOptions withWindow(int steps, int apart) {
        return new SampleOptions(sequenceColumn, skipColumns, keepColumns, steps, apart, bad);
    }

    /** The same with another policy for values that are not finite numbers. */
    public SampleOptions withBad(BadCells.Policy policy) {
        return new SampleOptions(sequenceColumn, skipColumns, keepColumns, window, hop, policy);
    }

    /** Names of columns that may occur in the first row. */
    List<String> columns() {
        List<String> columns = new ArrayList<>(skipColumns);
        columns.addAll(keepColumns);
        if (sequenceColumn != null) {
            columns.add(sequenceColumn);
        }
        return columns;
    }
}
