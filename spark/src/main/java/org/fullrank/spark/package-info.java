/// Embedding and diagnosis in Apache Spark.
@NullMarked
package org.fullrank.spark;

import org.jspecify.annotations.NullMarked;
