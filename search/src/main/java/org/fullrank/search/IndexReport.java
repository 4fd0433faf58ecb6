package org.fullrank.search;

import java.nio.file.Path;

/// The result of a build.
///
/// @param folder of the index
/// @param card what the index says about itself
/// @param bytes of its files
/// @param seconds of the build, including the measurement of the recall
public record IndexReport(Path folder, IndexCard card, long bytes, double seconds) {}
