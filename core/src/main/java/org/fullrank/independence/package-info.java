/// Statistical independence of columns. The package contains the kernel criteria HSIC and dHSIC with
/// permutation tests, the separation of mixtures into independent sources, and bounds of the entropy of
/// embeddings.
@NullMarked
package org.fullrank.independence;

import org.jspecify.annotations.NullMarked;
