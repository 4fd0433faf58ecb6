/// Closed forms: embeddings that minimize a self-supervised objective for a given relation between samples.
/// They are computed from eigenvectors, without training.
@NullMarked
package org.fullrank.spectral;

import org.jspecify.annotations.NullMarked;
