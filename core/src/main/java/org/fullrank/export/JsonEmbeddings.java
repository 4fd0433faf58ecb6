package org.fullrank.export;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.fullrank.engine.InputException;
import org.fullrank.file.AtomicFile;
import org.fullrank.probe.Features;
import org.jspecify.annotations.Nullable;

/// Embeddings as JSON lines: `{"path":"cats/1.jpg","class":"cats","embedding":[0.1,...]}`.
final class JsonEmbeddings {
    /// Longest `_id` in Elasticsearch and OpenSearch, in bytes.
    static final int MOST_ID_BYTES = 512;

    /// Names of an index that Elasticsearch and OpenSearch accept.
    private static final Pattern INDEX =
            Pattern.compile("[^\\\\/*?\"<>| ,#:\\p{Lu}\\p{Cntrl}._+-]" + "[^\\\\/*?\"<>| ,#:\\p{Lu}\\p{Cntrl}]*");

    private JsonEmbeddings() {}

    static void write(Path file, Features features) {
        write(file, features, null);
    }

    static void writeBulk(Path file, Features features, String index) {
        requireIndex("bulk file", index);
        for (String path : features.paths()) {
            InputException.when(
                    path.getBytes(StandardCharsets.UTF_8).length > MOST_ID_BYTES,
                    "bulk file: found a path of more than %d bytes, which cannot be an _id: %s; shorten it, or write"
                            + " without --bulk",
                    MOST_ID_BYTES,
                    path);
        }
        write(file, features, index);
    }

    /// @throws InputException when an index cannot have this name
    static void requireIndex(String subject, String name) {
        InputException.when(
                !INDEX.matcher(name).matches(),
                "%s: found the index name '%s', expected small letters, digits, - and _, beginning with a letter or"
                        + " digit",
                subject,
                name);
    }

    private static void write(Path file, Features features, @Nullable String index) {
        AtomicFile.write(file, channel -> {
            OutputStream out = Channels.newOutputStream(channel);
            try (JsonGenerator json = new JsonFactory()
                    .createGenerator(out, JsonEncoding.UTF8)
                    .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)) {
                json.setRootValueSeparator(new SerializedString("\n"));
                for (int row = 0; row < features.rows(); row++) {
                    if (index != null) {
                        action(json, features.paths(), row, index);
                    }
                    object(json, features, row);
                }
                json.writeRaw('\n');
            }
        });
    }

    private static void action(JsonGenerator json, List<String> paths, int row, String index) throws IOException {
        json.writeStartObject();
        json.writeObjectFieldStart("index");
        json.writeStringField("_index", index);
        if (!paths.isEmpty()) {
            json.writeStringField("_id", paths.get(row));
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void object(JsonGenerator json, Features features, int row) throws IOException {
        json.writeStartObject();
        if (!features.paths().isEmpty()) {
            json.writeStringField("path", features.paths().get(row));
        }
        if (features.classes() != null) {
            json.writeStringField("class", features.className(row));
        }
        json.writeArrayFieldStart("embedding");
        int width = features.width();
        for (int i = row * width; i < (row + 1) * width; i++) {
            json.writeNumber(features.values()[i]);
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
