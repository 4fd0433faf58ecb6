/// Text for people: tables in columns, and the printed form of numbers, shares, times and sizes.
@NullMarked
package org.fullrank.text;

import org.jspecify.annotations.NullMarked;
