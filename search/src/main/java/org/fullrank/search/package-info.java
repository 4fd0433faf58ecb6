/// An index of embeddings on disk, with Lucene's graph search (HNSW): nearest neighbors, near-duplicates and
/// outliers. [org.fullrank.search.VectorIndex] is the entrance.
@NullMarked
package org.fullrank.search;

import org.jspecify.annotations.NullMarked;
