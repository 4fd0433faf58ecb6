/**
 * Features of a file, learned online: samples of CSV and {@code .ts} files, the loop over them, and a state that is
 * safe against kills. Java 17, no native code.
 *
 * <p>{@link org.fullrank.stream.Samples} reads, a rule of {@link org.fullrank.online} learns, and {@link
 * org.fullrank.stream.FeatureStream} runs the loop and writes the features.
 *
 * <p>Exceptions: {@link java.lang.IllegalArgumentException} for wrong arguments, files and rows, {@link
 * java.lang.IllegalStateException} for a rule that diverges, and {@link java.io.IOException} for a failed read or
 * write. A message is one line: subject, found, expected, remedy.
 */
@NullMarked
package org.fullrank.stream;

import org.jspecify.annotations.NullMarked;
