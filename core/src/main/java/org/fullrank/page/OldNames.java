package org.fullrank.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.fullrank.diagnose.Measure;
import org.jspecify.annotations.Nullable;

/// Translates the measure names that an earlier version wrote to `diagnosis.json`. The formulas and scales of
/// these measures have not changed. So the values do not change.
final class OldNames {
    private static final Map<String, Measure> RENAMED = Map.ofEntries(
            Map.entry("normalized-std", Measure.STD),
            Map.entry("std-mean", Measure.STD_RAW),
            Map.entry("std-min", Measure.STD_RAW_MIN),
            Map.entry("std-max", Measure.STD_RAW_MAX),
            Map.entry("constant-dimensions", Measure.CONSTANT),
            Map.entry("dead-dimensions", Measure.DEAD),
            Map.entry("norm-mean", Measure.NORM),
            Map.entry("norm-p1", Measure.NORM_P1),
            Map.entry("norm-median", Measure.NORM_MEDIAN),
            Map.entry("norm-p99", Measure.NORM_P99),
            Map.entry("offset-share", Measure.OFFSET),
            Map.entry("rank-me", Measure.RANKME_CENTERED),
            Map.entry("rank-me-share", Measure.RANKME_CENTERED_SHARE),
            Map.entry("rank-me-uncentered", Measure.RANKME),
            Map.entry("rank-me-uncentered-share", Measure.RANKME_SHARE),
            Map.entry("rank-me-uncentred", Measure.RANKME),
            Map.entry("rank-me-uncentred-share", Measure.RANKME_SHARE),
            Map.entry("effective-rank-share", Measure.EFFECTIVE_RANK_SHARE),
            Map.entry("participation-ratio", Measure.PARTICIPATION),
            Map.entry("participation-ratio-share", Measure.PARTICIPATION_SHARE),
            Map.entry("stable-rank-share", Measure.STABLE_RANK_SHARE),
            Map.entry("mean-singular-value-share", Measure.MEAN_SINGULAR_SHARE),
            Map.entry("lidar-share", Measure.LIDAR_SHARE),
            Map.entry("class-rank-share", Measure.CLASS_RANK_SHARE));

    private OldNames() {}

    /// The same file with current names and meanings.
    static @Nullable JsonNode renewed(@Nullable JsonNode file) {
        if (file == null) {
            return null;
        }
        for (JsonNode diagnosis : file.path("diagnoses")) {
            for (JsonNode section : diagnosis.path("sections")) {
                for (JsonNode reading : section.path("measures")) {
                    Measure measure = RENAMED.get(reading.path("name").asText());
                    if (measure != null && reading instanceof ObjectNode object) {
                        object.put("name", measure.key()).put("meaning", measure.meaning());
                    }
                }
            }
        }
        return file;
    }
}
