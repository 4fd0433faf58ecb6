/// The layer below everything else: loading libtorch, devices, precision, threads, keyed random numbers, memory scopes,
/// copies between arrays and tensors. Knows nothing about learning.
@NullMarked
package org.fullrank.engine;

import org.jspecify.annotations.NullMarked;
