/**
 * Features of a file, learned online: samples of CSV and {@code .ts} files, the loop over them, and a state that survives
 * a kill. Java 17, no native code.
 *
 * <p>{@link org.fullrank.stream.Samples} reads, a rule of {@link org.fullrank.online} learns, and
 * {@link org.fullrank.stream.FeatureStream} runs the loop and writes the features.
 *
 * <p>Wrong arguments, files and rows are an {@link java.lang.IllegalArgumentException}, a rule that diverges is an
 * {@link java.lang.IllegalStateException}, and a failed read or write an {@link java.io.IOException}. A message is one
 * line: subject, found, expected, remedy.
 */
@NullMarked
package org.fullrank.stream;

import org.jspecify.annotations.NullMarked;
