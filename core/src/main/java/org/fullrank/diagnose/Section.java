package org.fullrank.diagnose;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// A group of measures that are read together.
///
/// @param name lower-case, such as `spread`
public record Section(String name, List<Reading> readings) {
    public Section {
        readings = List.copyOf(readings);
    }

    /// For JSON.
    public SequencedMap<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("name", name);
        map.put("measures", readings.stream().map(Reading::toMap).toList());
        return map;
    }
}
