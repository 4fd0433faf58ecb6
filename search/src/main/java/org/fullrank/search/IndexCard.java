package org.fullrank.search;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.fullrank.engine.InputException;
import org.fullrank.file.JsonFile;
import org.jspecify.annotations.Nullable;

/// What an index says about itself, in the file [#FILE] of its folder.
///
/// @param rows rows at the build; some may have been deleted since
/// @param width numbers of a vector
/// @param settings of the build
/// @param source what was indexed
/// @param recall measured at the build
public record IndexCard(int rows, int width, IndexSettings settings, Source source, Recall recall) {
    /// The file that makes a folder an index.
    public static final String FILE = "fullrank-index.json";

    /// Version of the layout of the folder. A folder of another version is refused.
    static final int FORMAT = 1;

    /// What was indexed.
    ///
    /// @param text for people, such as the path of a file
    /// @param run folder of the run that embeds new images; null if the vectors come from a file
    /// @param checkpoint name of the checkpoint that embedded the rows; null with `run`
    public record Source(
            String text, @Nullable String run, @Nullable String checkpoint) {
        /// Vectors of a file.
        public static Source file(String text) {
            return new Source(text, null, null);
        }
    }

    IndexCard with(Recall measured) {
        return new IndexCard(rows, width, settings, source, measured);
    }

    /// Writes the card into a folder.
    void write(Path folder) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("format", FORMAT);
        values.put("rows", rows);
        values.put("width", width);
        values.put("bits", settings.bits());
        values.put("neighbors", settings.neighbors());
        values.put("beam", settings.beam());
        values.put("seed", settings.seed());
        values.put("source", source.text);
        values.put("run", source.run);
        values.put("checkpoint", source.checkpoint);
        values.put("recall", Double.isNaN(recall.share()) ? null : recall.share());
        values.put("recallQueries", recall.queries());
        JsonFile.write(folder.resolve(FILE), values);
    }

    /// Reads the card of a folder.
    ///
    /// @throws InputException when the folder is missing, is no index, or is one of another version
    static IndexCard read(Path folder) {
        ObjectNode found = Files.isDirectory(folder) ? JsonFile.read(folder.resolve(FILE), ObjectNode.class) : null;
        if (found == null) {
            throw new InputException("index %s: found %s, expected a folder that fullrank index wrote; build one"
                    .formatted(
                            folder,
                            !Files.exists(folder)
                                    ? "nothing there"
                                    : Files.isDirectory(folder) ? "a folder without " + FILE : "a file"));
        }
        int format = found.path("format").asInt(-1);
        InputException.unless(
                format == FORMAT,
                "index %s: found format %s, expected %d; build it again with this version of fullrank",
                folder,
                found.path("format").asText("none"),
                FORMAT);
        return new Reader(folder, found).card();
    }

    private record Reader(Path folder, ObjectNode values) {
        IndexCard card() {
            var settings = new IndexSettings(
                    number("bits"),
                    number("neighbors"),
                    number("beam"),
                    value("seed").asLong(),
                    1);
            var source = new Source(value("source").asText(), text("run"), text("checkpoint"));
            var recall = new Recall(value("recall").asDouble(Double.NaN), number("recallQueries"));
            return new IndexCard(number("rows"), number("width"), settings, source, recall);
        }

        private int number(String key) {
            return value(key).asInt();
        }

        private @Nullable String text(String key) {
            JsonNode value = value(key);
            return value.isNull() ? null : value.asText();
        }

        private JsonNode value(String key) {
            JsonNode value = values.get(key);
            if (value == null) {
                throw new InputException(
                        "index %s: found no %s in %s, expected one; build it again".formatted(folder, key, FILE));
            }
            return value;
        }
    }
}
