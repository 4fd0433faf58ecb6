/// Embeddings from anywhere, as a stream of rows: the formats that are read, and rows that belong together.
@NullMarked
package org.fullrank.diagnose.rows;

import org.jspecify.annotations.NullMarked;
