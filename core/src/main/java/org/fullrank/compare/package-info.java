/// Comparisons: recipes by seeds. One ordinary run for each, a table with spread, a paired test, and a page. Knows
/// nothing of commands.
@NullMarked
package org.fullrank.compare;

import org.jspecify.annotations.NullMarked;
