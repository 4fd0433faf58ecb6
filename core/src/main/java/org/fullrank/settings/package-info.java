/// Records read from and written to YAML: defaults, overrides, choices by name, and suggestions for misspelled keys.
@NullMarked
package org.fullrank.settings;

import org.jspecify.annotations.NullMarked;
