package org.fullrank.flink;

import java.io.Serializable;
import org.fullrank.online.OnlineRule;

/** Makes the learner of a new key. */
@FunctionalInterface
public interface RuleFactory extends Serializable {
    /** A new learner. It is the same for all keys. */
    OnlineRule newRule();
}
