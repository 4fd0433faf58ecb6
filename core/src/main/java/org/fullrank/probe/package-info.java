/// Evaluations of an encoder: probes with their baselines, fine-tuning, retrieval, layers, single classes,
/// and the choice of a checkpoint without labels. [org.fullrank.probe.Evaluations] lists them. Every number
/// has a protocol. Numbers of different protocols are not compared.
@NullMarked
package org.fullrank.probe;

import org.jspecify.annotations.NullMarked;
