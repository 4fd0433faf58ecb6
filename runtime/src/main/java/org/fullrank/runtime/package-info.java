/** Runs encoders that {@code fullrank export} has written, with onnxruntime. The package needs Java 17 and no libtorch. */
@NullMarked
package org.fullrank.runtime;

import org.jspecify.annotations.NullMarked;
