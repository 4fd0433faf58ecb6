package org.fullrank.lab;

/// The source of the claims of an experiment.
///
/// @param paper authors, title, where and when it appeared
/// @param part section, theorem or figure
public record Citation(String paper, String part) {}
