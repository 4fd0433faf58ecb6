@NullMarked
package org.fullrank.search;

import org.jspecify.annotations.NullMarked;
