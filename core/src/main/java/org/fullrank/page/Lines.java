package org.fullrank.page;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.fullrank.run.MetricKeys;
import org.jspecify.annotations.Nullable;

/// The objects of a JSON Lines file, shortened for a page. Damaged lines are left out. The last line of the
/// file is left out if it has no line end yet. Old names of keys are replaced by the current names.
///
/// @param objects oldest first
/// @param end number of bytes of the file that were read, up to the end of its last complete line
public record Lines(List<ObjectNode> objects, long end) {
    /// Number of digits of a number on a page. It is more than a drawing can show, and a third of the digits
    /// of a double.
    public static final int DIGITS = 6;

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String CLOCK = "time.at"; // seconds since 1970 need all their digits

    public Lines {
        objects = List.copyOf(objects);
    }

    /// Reads a file. If the file is missing or cannot be read, there are no lines.
    public static Lines read(Path file) {
        try {
            return of(Files.readAllBytes(file));
        } catch (IOException e) {
            return new Lines(List.of(), 0);
        }
    }

    /// The complete lines in these bytes.
    public static Lines of(byte[] bytes) {
        var objects = new ArrayList<ObjectNode>();
        int begin = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                ObjectNode object = parse(new String(bytes, begin, i - begin, StandardCharsets.UTF_8));
                if (object != null) {
                    objects.add(object);
                }
                begin = i + 1;
            }
        }
        return new Lines(objects, begin);
    }

    /// About `most` evenly spaced lines, and all lines for which `kept` is true.
    Lines thinned(int most, Predicate<ObjectNode> kept) {
        if (objects.size() <= most) {
            return this;
        }
        int stride = Math.ceilDiv(objects.size(), most);
        var some = new ArrayList<ObjectNode>();
        for (int i = 0; i < objects.size(); i++) {
            if (i % stride == 0 || i == objects.size() - 1 || kept.test(objects.get(i))) {
                some.add(objects.get(i));
            }
        }
        return new Lines(some, end);
    }

    private static @Nullable ObjectNode parse(String line) {
        try {
            if (!(MAPPER.readTree(line) instanceof ObjectNode object)) {
                return null;
            }
            ObjectNode shown = MAPPER.createObjectNode();
            object.properties().forEach(field -> {
                String key = MetricKeys.current(field.getKey(), object::has);
                if (key != null) {
                    shown.set(key, key.equals(CLOCK) ? field.getValue() : shortened(field.getValue()));
                }
            });
            return shown;
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private static JsonNode shortened(JsonNode value) {
        if (value.isDouble() && Double.isFinite(value.doubleValue())) {
            double rounded = new BigDecimal(value.doubleValue())
                    .round(new MathContext(DIGITS))
                    .doubleValue();
            return MAPPER.getNodeFactory().numberNode(rounded);
        }
        if (value.isArray()) {
            var array = MAPPER.createArrayNode();
            value.forEach(item -> array.add(shortened(item)));
            return array;
        }
        return value;
    }
}
