package org.fullrank.run;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.file.AtomicFile;

/// The file `evaluation.json` of a run folder: the numbers that a comparison reads at its top, and under `protocols`
/// the latest result of each protocol. Writing one part keeps the others.
public final class EvaluationFile {
    /// Its name in the run folder.
    public static final String NAME = "evaluation.json";

    /// The name of kNN and linear probe together.
    public static final String PROBES = "probes";

    private static final String PROTOCOLS = "protocols";
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private EvaluationFile() {}

    /// Puts `values` at the top of the file.
    ///
    /// @param folder of the run
    /// @param values a record or a map
    /// @throws InputException when the file is there and not JSON
    /// @throws JobException when the folder cannot be written
    public static void merge(Path folder, Object values) {
        ObjectNode tree = read(folder);
        tree.setAll((ObjectNode) MAPPER.valueToTree(values));
        write(folder, tree);
    }

    /// What was measured.
    ///
    /// @param checkpoint its file
    /// @param step that it is of
    public record Subject(Path checkpoint, long step) {}

    /// Puts the outcome of one protocol into the file.
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
        write(folder, tree);
    }

    private static ObjectNode read(Path folder) {
        Path file = folder.resolve(NAME);
        if (!Files.exists(file)) {
            return MAPPER.createObjectNode();
        }
        try {
            JsonNode tree = MAPPER.readTree(file.toFile());
            if (tree instanceof ObjectNode object) {
                return object;
            }
            throw new InputException(
                    "%s: found no JSON object, expected what an evaluation wrote; remove the file".formatted(file));
        } catch (JacksonException e) {
            throw new InputException(
                    "%s: found text that is not JSON, expected what an evaluation wrote; remove the file"
                            .formatted(file),
                    e);
        } catch (IOException e) {
            throw new JobException("cannot read %s (%s); make it readable".formatted(file, e.getMessage()), e);
        }
    }

    private static void write(Path folder, ObjectNode tree) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(MAPPER.writeValueAsBytes(tree));
            AtomicFile.write(folder.resolve(NAME), channel -> {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            });
        } catch (JacksonException e) {
            throw new IllegalStateException(e);
        }
    }
}
