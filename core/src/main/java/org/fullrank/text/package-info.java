/// Text for people: tables in columns, and numbers, shares, times and sizes as they are printed everywhere.
@NullMarked
package org.fullrank.text;

import org.jspecify.annotations.NullMarked;
