/// Views: random, seeded variants of images, vectors and time series, computed on the host in parallel over
/// samples. The view of a sample depends only on (seed, epoch, sample index, view). It does not depend on
/// the batch, the order of work or the number of threads.
@NullMarked
package org.fullrank.view;

import org.jspecify.annotations.NullMarked;
