/// What training minimizes: regularizers, alignments and objectives, each a pure function of the whole batch. Knows
/// nothing of networks, chunks, devices or workers.
@NullMarked
package org.fullrank.objective;

import org.jspecify.annotations.NullMarked;
