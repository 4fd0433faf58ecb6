/// Statistics: intervals, paired tests and tests of normality.
@NullMarked
package org.fullrank.stats;

import org.jspecify.annotations.NullMarked;
