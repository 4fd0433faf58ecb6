/// Networks: encoders, projectors, the flat parameter buffer, weight files. This package does not use
/// objectives or the training loop.
@NullMarked
package org.fullrank.net;

import org.jspecify.annotations.NullMarked;
