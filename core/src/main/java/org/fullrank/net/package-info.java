/// Networks: encoders, projectors, untrained networks, the flat parameter buffer. This package does not use
/// objectives or the training loop.
@NullMarked
package org.fullrank.net;

import org.jspecify.annotations.NullMarked;
