/// How views meet an objective. Knows nothing of files, schedules or loops.
@NullMarked
package org.fullrank.method;

import org.jspecify.annotations.NullMarked;
