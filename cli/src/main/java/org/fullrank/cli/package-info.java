/// The commands of the command line.
@NullMarked
package org.fullrank.cli;

import org.jspecify.annotations.NullMarked;
