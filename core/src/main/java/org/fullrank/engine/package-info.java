/// The lowest layer: loading libtorch, devices, precision, threads, keyed random numbers, memory scopes, and
/// copies between arrays and tensors. This package contains nothing about learning.
@NullMarked
package org.fullrank.engine;

import org.jspecify.annotations.NullMarked;
