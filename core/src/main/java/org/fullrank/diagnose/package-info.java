/// Diagnosis of embeddings. This package has the measures of their spectrum, rank, spread, classes and views,
/// and the rules that find faults.
@NullMarked
package org.fullrank.diagnose;

import org.jspecify.annotations.NullMarked;
