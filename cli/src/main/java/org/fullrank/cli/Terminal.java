package org.fullrank.cli;

/// The terminal behind standard error, as detected by the launcher.
final class Terminal {
    /// Width to use if the width of the terminal is unknown. It is enough for a bar and the loss terms.
    private static final int DEFAULT_COLUMNS = 100;

    private Terminal() {}

    /// Columns of the terminal; 0 if standard error is not a terminal.
    static int columns() {
        String columns = System.getProperty("fullrank.columns", "");
        return columns.isEmpty() ? 0 : columns.matches("[1-9]\\d{1,3}") ? Integer.parseInt(columns) : DEFAULT_COLUMNS;
    }
}
