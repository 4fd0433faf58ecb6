/// Training methods: how the views of a batch and an objective are connected. This package does not use
/// files, schedules or the training loop.
@NullMarked
package org.fullrank.method;

import org.jspecify.annotations.NullMarked;
