/** A complete Flink job to copy from. */
@org.jspecify.annotations.NullMarked
package org.fullrank.examples.flink;
