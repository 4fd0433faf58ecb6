/// Monitoring during training: when a check is made, what it measures, and the collapse detector with its
/// alarms.
@NullMarked
package org.fullrank.monitor;

import org.jspecify.annotations.NullMarked;
