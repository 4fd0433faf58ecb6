/// File formats: atomic writes, JSON, JSON Lines, CSV, `.npy` and safetensors. This package does not
/// interpret the content of the files.
@NullMarked
package org.fullrank.file;

import org.jspecify.annotations.NullMarked;
