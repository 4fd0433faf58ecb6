/// Examples: small programs to copy from. The build compiles and runs each of them.
@NullMarked
package org.fullrank.examples;

import org.jspecify.annotations.NullMarked;
