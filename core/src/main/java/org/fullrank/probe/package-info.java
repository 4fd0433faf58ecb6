/// Evaluation protocols on cached features: kNN and linear classification, beside the baselines that every number
/// needs (raw input, its principal components, the untrained encoder). A number carries its protocol, and numbers of
/// unlike protocols are never put side by side.
@NullMarked
package org.fullrank.probe;

import org.jspecify.annotations.NullMarked;
