package org.fullrank.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.file.JsonFile;
import org.jspecify.annotations.Nullable;

/// The file `evaluation.json` of a run folder. The first part of this file has the numbers that a comparison
/// reads. The part `protocols` has the latest result of each protocol. If one part is written, the others do
/// not change.
public final class EvaluationFile {
    /// The name of the file in the run folder.
    public static final String NAME = "evaluation.json";

    /// The name of the kNN probe and the linear probe together.
    public static final String PROBES = "probes";

    private static final String PROTOCOLS = "protocols";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private EvaluationFile() {}

    /// Writes `values` to the first part of the file.
    ///
    /// @param folder of the run
    /// @param values a record or a map
    /// @throws InputException when the file exists and is not JSON
    /// @throws JobException when the folder cannot be written
    public static void merge(Path folder, Object values) {
        ObjectNode tree = read(folder);
        tree.setAll((ObjectNode) MAPPER.valueToTree(values));
        JsonFile.write(folder.resolve(NAME), tree);
    }

    /// The checkpoint whose measures are written.
    ///
    /// @param checkpoint its file
    /// @param step step of the checkpoint
    public record Subject(Path checkpoint, long step) {}

    /// Writes the result of one protocol to the file.
    ///
    /// @throws InputException as [#merge]
    /// @throws JobException as [#merge]
    public static void put(Path folder, String protocol, Subject subject, Map<String, ?> outcome) {
        ObjectNode tree = read(folder);
        ObjectNode saved = MAPPER.createObjectNode()
                .put("checkpoint", String.valueOf(subject.checkpoint.getFileName()))
                .put("step", subject.step);
        saved.setAll((ObjectNode) MAPPER.valueToTree(outcome));
        tree.withObjectProperty(PROTOCOLS).set(protocol, saved);
        JsonFile.write(folder.resolve(NAME), tree);
    }

    /// The accuracies of the encoder by the probes, from 0 to 1: `knn` and `linear`, as far as they were measured.
    ///
    /// @throws InputException when the file exists and is not JSON
    public static SequencedMap<String, Double> accuracies(Path folder) {
        ObjectNode tree = read(folder);
        var found = new LinkedHashMap<String, Double>();
        JsonNode score = tree.path("score");
        JsonNode probes = tree.path(PROTOCOLS).path(PROBES).path("results").path(0);
        for (String probe : List.of("knn", "linear")) {
            double share = score.isObject()
                    ? score.path(probe).asDouble() / score.path("asked").asDouble()
                    : probes.path(probe).path("accuracy").asDouble(Double.NaN);
            if (Double.isFinite(share)) {
                found.put(probe, share);
            }
        }
        return found;
    }

    private static ObjectNode read(Path folder) {
        @Nullable ObjectNode saved = JsonFile.read(folder.resolve(NAME), ObjectNode.class);
        return saved == null ? MAPPER.createObjectNode() : saved;
    }
}
