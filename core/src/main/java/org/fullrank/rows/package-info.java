/// Streams of embeddings from `.npy`, `.npz`, CSV and safetensors files and from memory.
@NullMarked
package org.fullrank.rows;

import org.jspecify.annotations.NullMarked;
