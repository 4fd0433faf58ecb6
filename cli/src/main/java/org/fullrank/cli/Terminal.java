package org.fullrank.cli;

/// What the launcher found out about standard error.
final class Terminal {
    /// Wide enough for a bar and the loss terms where the width is unknown.
    private static final int DEFAULT_COLUMNS = 100;

    private Terminal() {}

    /// Columns of the terminal behind standard error; 0 when it is none.
    static int columns() {
        String columns = System.getProperty("fullrank.columns", "");
        return columns.isEmpty() ? 0 : columns.matches("[1-9]\\d{1,3}") ? Integer.parseInt(columns) : DEFAULT_COLUMNS;
    }
}
