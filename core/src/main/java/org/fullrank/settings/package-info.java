/// Reads and writes records as YAML: defaults, overrides, choices by name, and suggestions for misspelled
/// keys.
@NullMarked
package org.fullrank.settings;

import org.jspecify.annotations.NullMarked;
