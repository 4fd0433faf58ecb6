package org.fullrank.search;

/// Recall of an index, measured at its build: the share of the true [#NEIGHBORS] nearest rows that a search
/// finds. The queries are rows of the index, drawn at random, and a query does not find itself. A row that is
/// as near as the last true neighbor counts as true.
///
/// @param share between 0 and 1; NaN if the index has only one row
/// @param queries rows that were searched
public record Recall(double share, int queries) {
    /// Neighbors of a query, as in most published tables.
    public static final int NEIGHBORS = 10;

    /// Most queries; they bring the standard error of the share below 0.005 for all shares above 0.9.
    public static final int QUERIES = 500;

    static final Recall UNKNOWN = new Recall(Double.NaN, 0);

    /// Similarities that differ by less are equal up to the rounding of float32.
    static final float ROUNDING = 1e-6f;
}
