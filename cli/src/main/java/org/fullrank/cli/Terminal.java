package org.fullrank.cli;

/// The terminal behind standard error, as detected by the launcher.
final class Terminal {
    /// Wide enough for a bar and the loss terms where the width is unknown.
    private static final int DEFAULT_COLUMNS = 100;

    private Terminal() {}

    /// Columns of the terminal; 0 when standard error is no terminal.
    static int columns() {
        String columns = System.getProperty("fullrank.columns", "");
        return columns.isEmpty() ? 0 : columns.matches("[1-9]\\d{1,3}") ? Integer.parseInt(columns) : DEFAULT_COLUMNS;
    }
}
