package org.fullrank.search;

import java.nio.file.Path;

/// The result of a build.
///
/// @param folder of the index
/// @param card what the index says about itself
/// @param bytes of its files
/// @param seconds of reading the vectors and building the graph; the recall is measured after that
public record IndexReport(Path folder, IndexCard card, long bytes, double seconds) {}
