/// Closed forms: the embeddings that minimize a self-supervised objective on a given relation between
/// samples, by eigenvectors and without training.
@NullMarked
package org.fullrank.spectral;

import org.jspecify.annotations.NullMarked;
