/// Files: atomic writes, JSON, JSON Lines, CSV, `.npy` and safetensors. Knows nothing of what is stored in them.
@NullMarked
package org.fullrank.file;

import org.jspecify.annotations.NullMarked;
