package org.fullrank.data;

/// A file that was left out.
///
/// @param path path inside the data set
/// @param reason why, one line
public record Skipped(String path, String reason) {}
