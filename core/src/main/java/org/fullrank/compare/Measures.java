package org.fullrank.compare;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.file.Path;
import java.util.SequencedMap;
import org.fullrank.file.JsonFile;
import org.fullrank.run.EvaluationFile;
import org.fullrank.trained.Trained;
import org.jspecify.annotations.Nullable;

/// The measures of a finished training. The measures are the first part of the file `evaluation.json` in its
/// run folder.
///
/// @param hash of the protocol
/// @param protocol settings of the protocol by name
/// @param step of the checkpoint that was measured
/// @param score of the encoder
/// @param vitals rank and spread on the test items; null if the file is from an earlier version
/// @param health the same in a file of an earlier version; otherwise null
@JsonIgnoreProperties(ignoreUnknown = true) // the outcomes of other protocols
@JsonInclude(JsonInclude.Include.NON_NULL)
record Measures(
        String hash,
        SequencedMap<String, String> protocol,
        long step,
        Score score,
        @Nullable SavedVitals vitals,
        SavedVitals.@Nullable Old health) {
    static Measures of(
            String hash, SequencedMap<String, String> protocol, long step, Score score, Trained.Health found) {
        return new Measures(hash, protocol, step, score, SavedVitals.of(found), null);
    }

    /// The measures in the folder of a run; null if nothing was measured, or if only other protocols were.
    static @Nullable Measures read(Path folder) {
        @Nullable Measures saved = JsonFile.read(folder.resolve(EvaluationFile.NAME), Measures.class);
        if (saved == null || !saved.isWhole()) {
            return null;
        }
        return saved.vitals != null || saved.health == null
                ? saved
                : new Measures(saved.hash, saved.protocol, saved.step, saved.score, saved.health.renewed(), null);
    }

    void save(Path folder) {
        EvaluationFile.merge(folder, this);
    }

    /// Rank and spread on the test items.
    Trained.Health places() {
        if (vitals == null) {
            throw new IllegalStateException("no vital signs in " + hash);
        }
        return vitals.health();
    }

    // Values that are missing in a file become null, even if the types do not allow null.
    @SuppressWarnings("ConstantConditions")
    private boolean isWhole() {
        return hash != null && protocol != null && score != null && (vitals != null || health != null);
    }
}
