/**
 * The online rules inside Apache Flink 2. {@link org.fullrank.flink.OnlineFeatures} trains one learner per key. The
 * learner is part of keyed state, so checkpoints, restores and rescaling include it.
 */
@NullMarked
package org.fullrank.flink;

import org.jspecify.annotations.NullMarked;
