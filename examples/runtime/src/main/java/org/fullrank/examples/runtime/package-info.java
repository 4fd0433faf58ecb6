/** A program that needs only the module runtime. */
@org.jspecify.annotations.NullMarked
package org.fullrank.examples.runtime;
