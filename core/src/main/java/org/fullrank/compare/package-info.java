/// Comparisons: each recipe is trained with each seed as an ordinary run. The report is a table with standard
/// deviations, a paired test, and a page. This package does not use the command line.
@NullMarked
package org.fullrank.compare;

import org.jspecify.annotations.NullMarked;
