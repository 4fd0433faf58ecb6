package org.fullrank.lab;

/// Where the claims of an experiment come from.
///
/// @param paper authors, title, where and when it appeared
/// @param part section, theorem or figure
public record Citation(String paper, String part) {}
