/// Checks before a long run: memory, time, learning rate, strength of the views, and width of the embedding.
@NullMarked
package org.fullrank.preflight;

import org.jspecify.annotations.NullMarked;
