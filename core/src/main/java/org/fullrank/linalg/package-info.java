/// Linear algebra: Gram matrices, moments, spectra and the laws of random spectra.
@NullMarked
package org.fullrank.linalg;

import org.jspecify.annotations.NullMarked;
