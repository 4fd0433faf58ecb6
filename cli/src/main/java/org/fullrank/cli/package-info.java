/// The commands: options, then a call of the library.
@NullMarked
package org.fullrank.cli;

import org.jspecify.annotations.NullMarked;
