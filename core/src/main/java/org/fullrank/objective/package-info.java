/// The functions that training minimizes: regularizers, alignments and objectives. Each depends only on the
/// whole batch. This package does not use networks, chunks, devices or workers.
@NullMarked
package org.fullrank.objective;

import org.jspecify.annotations.NullMarked;
