package org.fullrank.monitor;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;
import org.fullrank.diagnose.Verdict;
import org.fullrank.run.MonitorSpec.OnCollapse;

/// A collapse of an embedding that was detected during training.
///
/// @param step step of the check that raised the alarm
/// @param onset first step at which a decrease of the measure was seen
/// @param place `representation`, `embedding` or `block.NAME`
/// @param kind what kind of collapse
/// @param evidence the figures that show the collapse, one line
/// @param next one step to take, which names a setting, one line
public record Alarm(long step, long onset, String place, Verdict.Kind kind, String evidence, String next) {
    /// The same alarm with the kind, evidence and next step of a diagnosis that also found a collapse.
    Alarm with(Verdict verdict) {
        return verdict.kind().collapse()
                ? new Alarm(step, onset, place, verdict.kind(), evidence + "; " + verdict.evidence(), verdict.next())
                : this;
    }

    /// For the log.
    public String line() {
        return "ALARM at step %d: %s of the %s since step %d: %s; %s"
                .formatted(step, kind.title(), place, onset, evidence, next);
    }

    /// For `alarms.jsonl`.
    public SequencedMap<String, Object> line(OnCollapse action) {
        var line = new LinkedHashMap<String, Object>();
        line.put("step", step);
        line.put("onset", onset);
        line.put("place", place);
        line.put("kind", kind.name());
        line.put("evidence", evidence);
        line.put("next", next);
        line.put("action", action.name().toLowerCase(Locale.ROOT));
        return line;
    }
}
