package org.fullrank.diagnose;

import java.util.List;

/// Measures that are read together.
///
/// @param name lower-case, as `spread`
public record Section(String name, List<Measure> measures) {
    public Section {
        measures = List.copyOf(measures);
    }
}
