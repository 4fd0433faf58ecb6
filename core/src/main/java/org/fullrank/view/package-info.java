/// Views: random, seeded variants of images and vectors, made on the host by fused kernels, parallel over samples. The
/// view of a sample is a pure function of (seed, epoch, sample index, view), whatever the batch, the order of work and
/// the number of threads.
@NullMarked
package org.fullrank.view;

import org.jspecify.annotations.NullMarked;
