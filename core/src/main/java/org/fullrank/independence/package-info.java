/// Statistical independence of columns. The package contains the kernel criteria HSIC and dHSIC with
/// permutation tests, and the separation of mixtures into independent sources.
@NullMarked
package org.fullrank.independence;

import org.jspecify.annotations.NullMarked;
