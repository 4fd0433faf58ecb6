/// The commands: nothing but wiring.
@NullMarked
package org.fullrank.cli;

import org.jspecify.annotations.NullMarked;
