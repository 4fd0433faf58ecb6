package org.fullrank.flink;

import java.io.Serializable;
import org.fullrank.online.OnlineRule;

/** Makes the learner of a key that is met for the first time. */
@FunctionalInterface
public interface RuleFactory extends Serializable {
    /** A new learner, alike for all keys. */
    OnlineRule newRule();
}
