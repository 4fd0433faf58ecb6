/// The pages in a real browser, driven over WebDriver.
@NullMarked
package org.fullrank.browser;

import org.jspecify.annotations.NullMarked;
