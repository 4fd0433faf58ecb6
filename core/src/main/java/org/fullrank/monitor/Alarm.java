package org.fullrank.monitor;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;
import org.fullrank.diagnose.Verdict;
import org.fullrank.method.MethodSpec;
import org.fullrank.run.MonitorSpec.OnCollapse;

/// A collapse of an embedding that was detected during training.
///
/// @param step step at which the check raised the alarm
/// @param onset step of the first sign: the first of the consecutive checks at which any measure of the place was
///     low, not only that of the evidence
/// @param place `representation`, `embedding` or `block.NAME`
/// @param verdict the kind of collapse, the figures that show it, and one step to take
public record Alarm(long step, long onset, String place, Verdict verdict) {
    /// What kind of collapse.
    public Verdict.Kind kind() {
        return verdict.kind();
    }

    /// The same alarm, but with the kind, evidence and next step of a diagnosis that also found a collapse.
    Alarm with(Verdict found) {
        return found.kind().collapse()
                ? new Alarm(
                        step,
                        onset,
                        place,
                        new Verdict(
                                found.kind(),
                                found.confidence(),
                                verdict.evidence() + "; " + found.evidence(),
                                found.next()))
                : this;
    }

    /// The same alarm with a next step for this method.
    Alarm fit(MethodSpec method) {
        return new Alarm(step, onset, place, Advice.fit(verdict, method));
    }

    /// For the log.
    public String line() {
        return "ALARM at step %d: %s of the %s, first sign at step %d: %s; %s"
                .formatted(step, kind().title(), place, onset, verdict.evidence(), verdict.next());
    }

    /// For `alarms.jsonl`.
    public SequencedMap<String, Object> line(OnCollapse action) {
        var line = new LinkedHashMap<String, Object>();
        line.put("step", step);
        line.put("onset", onset);
        line.put("place", place);
        line.put("kind", kind().name());
        line.put("evidence", verdict.evidence());
        line.put("next", verdict.next());
        line.put("action", action.name().toLowerCase(Locale.ROOT));
        return line;
    }
}
