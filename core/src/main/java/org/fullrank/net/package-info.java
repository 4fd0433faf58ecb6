/// Networks: encoders, projectors, the flat parameter buffer, weight files. Knows nothing of objectives or training.
@NullMarked
package org.fullrank.net;

import org.jspecify.annotations.NullMarked;
