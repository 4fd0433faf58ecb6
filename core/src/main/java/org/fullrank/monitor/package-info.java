/// Monitoring during training. This package decides when a check is made and what it measures, and it
/// contains the collapse detector with its alarms.
@NullMarked
package org.fullrank.monitor;

import org.jspecify.annotations.NullMarked;
