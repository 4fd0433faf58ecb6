package org.fullrank.diagnose;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// Measures that are read together.
///
/// @param name lower-case, as `spread`
public record Section(String name, List<Measure> measures) {
    public Section {
        measures = List.copyOf(measures);
    }

    /// For JSON.
    public SequencedMap<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("name", name);
        map.put("measures", measures.stream().map(Measure::toMap).toList());
        return map;
    }
}
