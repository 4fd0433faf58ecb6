/**
 * The online rules inside Apache Flink 2: {@link org.fullrank.flink.OnlineFeatures} learns one learner per key and keeps
 * it in keyed state, so that checkpoints, restores and rescaling take it along.
 */
@NullMarked
package org.fullrank.flink;

import org.jspecify.annotations.NullMarked;
