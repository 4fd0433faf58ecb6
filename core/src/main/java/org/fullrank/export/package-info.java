/// Encoders in the formats of other programs.
@NullMarked
package org.fullrank.export;

import org.jspecify.annotations.NullMarked;
