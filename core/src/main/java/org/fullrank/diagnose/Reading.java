package org.fullrank.diagnose;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.fullrank.stats.Interval;
import org.jspecify.annotations.Nullable;

/// The value of one [Measure] of one embedding.
///
/// @param measure the measure
/// @param value the value; NaN if it is not defined
/// @param interval 95 % interval; [Interval#NONE] if none is computed
/// @param healthy healthy range in words: the range of the [Measure], unless it depends on the shape of the
///     data
/// @param note details of this embedding, such as the numbers of the affected rows; may be empty
public record Reading(Measure measure, double value, Interval interval, String healthy, String note) {
    /// A value without an interval.
    public static Reading of(Measure measure, double value) {
        return of(measure, value, Interval.NONE);
    }

    /// A value with its interval.
    public static Reading of(Measure measure, double value, Interval interval) {
        return new Reading(measure, value, interval, measure.healthy(), "");
    }

    /// The same reading with a note.
    Reading noting(String text) {
        return new Reading(measure, value, interval, healthy, text);
    }

    /// The same reading with another healthy range.
    Reading healthy(String range) {
        return new Reading(measure, value, interval, range, note);
    }

    /// Key of the measure, such as `rankme`.
    public String name() {
        return measure.key();
    }

    /// The meaning of the value, one line.
    public String meaning() {
        return note.isEmpty() ? measure.meaning() : measure.meaning() + "; " + note;
    }

    /// The healthy range as numbers; null if it has none.
    public @Nullable HealthyRange range() {
        return HealthyRange.of(healthy);
    }

    /// Whether the value is outside of its healthy range. It is false if the value is not defined, or if
    /// there is no range.
    public boolean isOutOfRange() {
        HealthyRange range = range();
        return range != null && !Double.isNaN(value) && !range.contains(value);
    }

    /// The reading for JSON. Undefined values are null. The keys `low`, `high` and `ok` exist if the healthy
    /// range has numbers. An infinite end of the range is left out.
    public SequencedMap<String, @Nullable Object> toMap() {
        var map = new LinkedHashMap<String, @Nullable Object>();
        map.put("name", name());
        map.put("value", defined(value));
        map.put("lower", defined(interval.lower()));
        map.put("upper", defined(interval.upper()));
        map.put("healthy", healthy);
        HealthyRange range = range();
        if (range != null) {
            if (Double.isFinite(range.low())) {
                map.put("low", range.low());
            }
            if (Double.isFinite(range.high())) {
                map.put("high", range.high());
            }
            map.put("ok", !isOutOfRange());
        }
        map.put("meaning", meaning());
        return map;
    }

    private static @Nullable Double defined(double value) {
        return Double.isNaN(value) ? null : value;
    }
}
