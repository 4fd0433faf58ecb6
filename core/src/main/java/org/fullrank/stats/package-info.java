/// Statistics: intervals and paired tests.
@NullMarked
package org.fullrank.stats;

import org.jspecify.annotations.NullMarked;
