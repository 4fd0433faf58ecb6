/**
 * Learns features of a file online. The package reads samples of CSV and {@code .ts} files, runs the loop over them,
 * and saves a state that survives a kill. It needs Java 17 and no native code.
 *
 * <p>{@link org.fullrank.stream.Samples} reads samples, a rule of {@link org.fullrank.online} learns from them, and
 * {@link org.fullrank.stream.FeatureStream} runs the loop and writes the features.
 *
 * <p>Exceptions: {@link java.lang.IllegalArgumentException} for wrong arguments, files and rows, {@link
 * java.lang.IllegalStateException} for a rule that diverges, and {@link java.io.IOException} for a failed read or
 * write. A message is one line: subject, found, expected, remedy.
 */
@NullMarked
package org.fullrank.stream;

import org.jspecify.annotations.NullMarked;
