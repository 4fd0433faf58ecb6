/**
 * Image files as bytes of red, green and blue: JPEG, PNG, GIF, BMP, TIFF and WebP. The package knows nothing of
 * data sets and learning, and needs only Java 17.
 */
@NullMarked
package org.fullrank.image;

import org.jspecify.annotations.NullMarked;
