package org.fullrank.run;

import org.fullrank.settings.RecordShape;

/// The status of a run.
public enum RunStatus {
    /// A process is training in the folder now.
    RUNNING,
    /// Trained to its last step.
    FINISHED,
    /// Stopped by the user, with a checkpoint; can be resumed.
    STOPPED,
    /// Ended by `monitor.onCollapse`, because the embedding had collapsed. The message names the place and
    /// the onset.
    COLLAPSED,
    /// Like COLLAPSED, with the weights of the best check before the collapse.
    ROLLED_BACK,
    /// Ended by an error, whose message is in `metrics.jsonl`.
    FAILED,
    /// Killed: no process is training here, and the end was not recorded. It can be resumed from its last
    /// checkpoint.
    INTERRUPTED;

    /// The name in text and JSON, such as `rolled-back`.
    public String label() {
        return RecordShape.name(this);
    }
}
