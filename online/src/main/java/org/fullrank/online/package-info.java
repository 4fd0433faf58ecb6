/**
 * Local learning rules that receive one sample at a time. They learn features of a stream without stored samples,
 * backpropagation or native code. The code is plain Java 17 with arrays and no dependency.
 *
 * <p>An {@link org.fullrank.online.OnlineRule} owns its weights and running estimates. Only one thread at a time may
 * use it. It allocates no memory while it learns, and can be saved as bytes.
 *
 * <p>Symbols: {@code x} the sample, {@code a = W x}, {@code z = f(a)} the features, {@code m} and {@code v} the running
 * mean and variance of z, {@code u = z - m}, {@code C} the running covariance of z, {@code N} inputs, {@code M} units.
 */
@NullMarked
package org.fullrank.online;

import org.jspecify.annotations.NullMarked;
