/// The ground floor: loading libtorch, devices, precision, threads, keyed random numbers, memory scopes, copies between
/// arrays, files and tensors. Knows nothing about learning.
@NullMarked
package org.fullrank.engine;

import org.jspecify.annotations.NullMarked;
