package org.fullrank.rows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.ClassNumbers;
import org.fullrank.data.Labels;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.file.CsvTable;
import org.jspecify.annotations.Nullable;

/// Reads JSON lines as float64. Each line is an array of numbers, or an object with such an array. The array is
/// the field that the user names, or `embedding`, `embeddings`, `vector`, `values`, `z` or `x`, or else the only
/// field with an array of numbers. A `null` in the array becomes NaN. Empty lines are left out, and so
/// are the lines of a file for `_bulk` requests that name an index.
final class JsonRows implements RowStream {
    private static final List<String> FIELDS = List.of("embedding", "embeddings", "vector", "values", "z", "x");
    private static final List<String> LABELS = List.of("label", "class", "target", "y");
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final String BYTE_ORDER_MARK = "\uFEFF";
    private static final int SHOWN = 40;

    private final Path file;
    private final Lines lines;
    private final @Nullable String field;
    private final int width;
    private @Nullable JsonNode ahead;

    /// The lines of a file that are not empty, as JSON.
    private static final class Lines implements AutoCloseable {
        private final Path file;
        private final BufferedReader reader;
        private long number;

        Lines(Path file) throws IOException {
            this.file = file;
            this.reader = Files.newBufferedReader(file);
        }

        /// The next line; null after the last one.
        @Nullable
        JsonNode next() throws IOException {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                if (!line.isBlank()) {
                    JsonNode node = parse(number == 1 && line.startsWith(BYTE_ORDER_MARK) ? line.substring(1) : line);
                    if (!isAction(node)) {
                        return node;
                    }
                }
            }
            return null;
        }

        /// Whether a line names the index of the next line, in a file for `_bulk` requests.
        private static boolean isAction(JsonNode line) {
            return line.size() == 1
                    && (line.path("index").isObject() || line.path("create").isObject());
        }

        private JsonNode parse(String line) {
            try {
                return MAPPER.readTree(line);
            } catch (JsonProcessingException e) {
                String shown = line.length() > SHOWN ? line.substring(0, SHOWN) + "..." : line;
                throw new InputException(
                        "%s is not one JSON value without double names: %s; write one array or object on each line"
                                .formatted(where(), shown.replaceAll("\\p{Cntrl}", "?")),
                        e);
            }
        }

        String where() {
            return "JSON lines %s, line %d".formatted(file, number);
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }
    }

    private JsonRows(Path file, Lines lines, JsonNode first, Selection selection) {
        this.file = file;
        this.lines = lines;
        this.ahead = first;
        this.field = first.isArray() ? null : field(first, selection.key());
        this.width = array(first).size();
        InputException.when(
                width == 0 || width > ArrayLayout.MAX_WIDTH,
                "%s: found %d numbers, expected 1 to %d; correct it",
                lines.where(),
                width,
                ArrayLayout.MAX_WIDTH);
    }

    /// @throws InputException when a line is not JSON, or has no array of numbers
    static JsonRows open(Path file, Selection selection) {
        try {
            Lines lines = new Lines(file);
            try {
                JsonNode first = lines.next();
                if (first == null) {
                    throw new InputException(
                            "JSON lines %s: found no line, expected embeddings; write it again".formatted(file));
                }
                return new JsonRows(file, lines, first, selection);
            } catch (RuntimeException e) {
                lines.close();
                throw e;
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /// The labels: the field that the user names, or `label`, `class`, `target` or `y`, whichever the first line
    /// with one of them has; null if no line has one. A line without the field has no label.
    ///
    /// @throws InputException when a label is an array or an object, or when no line has the field that the user
    ///     names
    static @Nullable Labels labels(Path file, @Nullable String wanted, Consumer<String> notes) {
        if (CsvTable.NO_LABEL.equals(wanted)) {
            return null;
        }
        try (Lines lines = new Lines(file)) {
            var classes = new ClassNumbers("JSON lines " + file);
            String field = wanted;
            boolean found = false;
            for (JsonNode line = lines.next(); line != null; line = lines.next()) {
                field = field == null ? named(line) : field;
                JsonNode label = field == null ? MissingNode.getInstance() : line.path(field);
                InputException.when(
                        label.isContainerNode(),
                        "%s: found no single value in the field %s, expected a class; correct it",
                        lines.where(),
                        String.valueOf(field));
                found |= !label.isMissingNode();
                classes.add(label.isNull() || label.isMissingNode() ? "" : label.asText());
            }
            InputException.when(
                    wanted != null && !found,
                    "JSON lines %s: found no field %s in any line, expected classes; correct --label-column",
                    file,
                    String.valueOf(wanted));
            if (!found) {
                return null;
            }
            Labels labels = classes.labels();
            classes.notes().forEach(notes);
            return labels;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /// The values of the first field of the first line with one of these names in lowercase; empty if there is none.
    ///
    /// @throws InputException when a value is an array or an object
    static List<String> texts(Path file, Set<String> names) {
        try (Lines lines = new Lines(file)) {
            List<String> texts = new ArrayList<>();
            String field = null;
            for (JsonNode line = lines.next(); line != null; line = lines.next()) {
                field = texts.isEmpty() ? named(line, names) : field;
                if (field == null) {
                    return List.of();
                }
                JsonNode text = line.path(field);
                InputException.when(
                        text.isContainerNode(),
                        "%s: found no single value in the field %s, expected a name; correct it",
                        lines.where(),
                        field);
                texts.add(text.isNull() ? "" : text.asText());
            }
            return texts;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static @Nullable String named(JsonNode line, Set<String> names) {
        return line.properties().stream()
                .filter(entry -> names.contains(entry.getKey().toLowerCase(Locale.ROOT)))
                .filter(entry -> !entry.getValue().isContainerNode())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable String named(JsonNode line) {
        return LABELS.stream()
                .filter(name -> line.has(name) && !line.get(name).isContainerNode())
                .findFirst()
                .orElse(null);
    }

    private String field(JsonNode first, @Nullable String key) {
        List<String> arrays = first.properties().stream()
                .filter(entry -> isNumbers(entry.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        if (key != null) {
            InputException.when(
                    !arrays.contains(key),
                    "%s: found no array of numbers named %s, expected one of %s; correct --array",
                    lines.where(),
                    key,
                    arrays);
            return key;
        }
        return FIELDS.stream()
                .filter(arrays::contains)
                .findFirst()
                .or(() -> arrays.stream().filter(_ -> arrays.size() == 1).findFirst())
                .orElseThrow(() -> new InputException(
                        "%s: found %s, expected an array of numbers or an object with one; name it with --array"
                                .formatted(
                                        lines.where(),
                                        arrays.isEmpty() ? "no array of numbers" : "the arrays " + arrays)));
    }

    private static boolean isNumbers(JsonNode node) {
        return node.isArray()
                && !node.isEmpty()
                && node.valueStream().allMatch(value -> value.isNumber() || value.isNull());
    }

    private JsonNode array(JsonNode line) {
        JsonNode array = field == null ? line : line.path(field);
        InputException.when(
                !isNumbers(array),
                "%s: found no array of numbers%s, expected one as in the first line; correct it",
                lines.where(),
                field == null ? "" : " in the field " + field);
        return array;
    }

    @Override
    public String name() {
        return "JSON lines " + file;
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public @Nullable Tensor next() {
        int most = ArrayLayout.blockRows(width);
        double[] values = new double[most * width];
        int rows = 0;
        try {
            for (; ahead != null && rows < most; ahead = lines.next()) {
                read(Objects.requireNonNull(ahead), values, rows++ * width);
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        return rows == 0 ? null : Tensors.of(Arrays.copyOf(values, rows * width), rows, width);
    }

    private void read(JsonNode line, double[] values, int at) {
        JsonNode array = array(line);
        InputException.when(
                array.size() != width,
                "%s: found %d numbers, expected %d as in the first line; correct it",
                lines.where(),
                array.size(),
                width);
        for (int i = 0; i < width; i++) {
            values[at + i] = array.get(i).isNull() ? Double.NaN : array.get(i).doubleValue();
        }
    }

    private static InputException unreadable(Path file, IOException e) {
        return new InputException(
                "JSON lines %s: cannot be read (%s); check that it is whole UTF-8 text".formatted(file, e.getMessage()),
                e);
    }

    @Override
    public void close() {
        try {
            lines.close();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }
}
