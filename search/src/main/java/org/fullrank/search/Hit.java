package org.fullrank.search;

import org.jspecify.annotations.Nullable;

/// A row of an index that a search found.
///
/// @param row its number in the data that were indexed, from 0
/// @param name its name; `#` and its number if it has none
/// @param label its class; null if it has none
/// @param similarity cosine of the angle between it and the query, -1 to 1
public record Hit(int row, String name, @Nullable String label, float similarity) {}
