package org.fullrank.compare;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.nio.file.Path;
import java.util.SequencedMap;
import org.fullrank.file.JsonFile;
import org.fullrank.run.EvaluationFile;
import org.fullrank.trained.Trained;
import org.jspecify.annotations.Nullable;

/// The measures of a finished training: the top of the file `evaluation.json` in its run folder.
///
/// @param hash of the protocol
/// @param protocol its settings by name
/// @param step of the checkpoint that was measured
/// @param score of the encoder
/// @param health rank and spread on the test items
@JsonIgnoreProperties(ignoreUnknown = true) // the outcomes of other protocols
record Measures(String hash, SequencedMap<String, String> protocol, long step, Score score, Trained.Health health) {
    /// What the folder of a run has; null when nothing was measured, or other protocols only.
    static @Nullable Measures read(Path folder) {
        @Nullable Measures saved = JsonFile.read(folder.resolve(EvaluationFile.NAME), Measures.class);
        return saved == null || !saved.isWhole() ? null : saved;
    }

    void save(Path folder) {
        EvaluationFile.merge(folder, this);
    }

    // What is missing in a file becomes null whatever the types say.
    @SuppressWarnings("ConstantConditions")
    private boolean isWhole() {
        return hash != null && protocol != null && score != null && health != null;
    }
}
