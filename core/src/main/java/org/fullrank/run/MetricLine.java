package org.fullrank.run;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.fullrank.settings.RecordShape;
import org.jspecify.annotations.Nullable;

/// One line of `metrics.jsonl`: a record, or the begin or the end of the run.
///
/// A record is one flat object, `{"step":10,"epoch":0,"loss":1.5,"time.seconds":2.5}`. Keys of times and
/// speeds start with `time.`. So the other keys of two runs can be compared. JSON has no NaN and no infinity.
/// So such values are written as the strings `"NaN"`, `"Infinity"` and `"-Infinity"`.
sealed interface MetricLine {
    /// The step of the line.
    long step();

    record Measured(MetricRecord record) implements MetricLine {
        @Override
        public long step() {
            return record.step();
        }
    }

    /// @param steps of the whole training
    record Started(long step, long steps) implements MetricLine {}

    record Ended(long step, RunStatus status, String message) implements MetricLine {}

    String TIME = "time.";
    String STARTED = "started";
    ObjectMapper MAPPER = new ObjectMapper(new JsonFactory());

    /// The line as JSON, without line end.
    default String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = MAPPER.getFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeNumberField("step", step());
            switch (this) {
                case Started started -> {
                    json.writeStringField("event", STARTED);
                    json.writeNumberField("steps", started.steps());
                }
                case Ended ended -> {
                    json.writeStringField("event", RecordShape.name(ended.status()));
                    json.writeStringField("message", ended.message());
                }
                case Measured(MetricRecord record) -> {
                    json.writeNumberField("epoch", record.epoch());
                    write(json, "", record.values());
                    write(json, TIME, record.timing());
                }
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, String prefix, Map<String, Double> values) throws IOException {
        for (Map.Entry<String, Double> value : values.entrySet()) {
            json.writeNumberField(prefix + value.getKey(), value.getValue());
        }
    }

    /// Reads a line. Keys of an earlier version get their current names. The result is null for an incomplete
    /// or unknown line.
    static @Nullable MetricLine parse(String line) {
        JsonNode node;
        try {
            node = MAPPER.readTree(line);
        } catch (JsonProcessingException e) {
            return null;
        }
        if (node == null || !node.isObject() || !node.path("step").isIntegralNumber()) {
            return null;
        }
        long step = node.get("step").longValue();
        if (node.has("event")) {
            return node.get("event").asText().equals(STARTED)
                    ? new Started(step, node.path("steps").longValue())
                    : ended(step, node);
        }
        SequencedMap<String, Double> values = new LinkedHashMap<>();
        SequencedMap<String, Double> timing = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            String key = field.getKey();
            if (key.startsWith(TIME)) {
                timing.put(key.substring(TIME.length()), number(field.getValue()));
            } else if (!key.equals("step") && !key.equals("epoch")) {
                values.put(key, number(field.getValue()));
            }
        }
        return new Measured(new MetricRecord(step, node.path("epoch").asInt(), MetricKeys.current(values), timing));
    }

    /// The numbers of a line with their original keys.
    static SequencedMap<String, Double> written(String line) {
        SequencedMap<String, Double> values = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, JsonNode> field : MAPPER.readTree(line).properties()) {
                values.put(field.getKey(), number(field.getValue()));
            }
        } catch (JsonProcessingException e) {
            return values; // torn
        }
        return values;
    }

    private static @Nullable MetricLine ended(long step, JsonNode node) {
        for (RunStatus status : RunStatus.values()) {
            if (RecordShape.name(status).equals(node.get("event").asText())) {
                return new Ended(step, status, node.path("message").asText());
            }
        }
        return null;
    }

    private static double number(JsonNode node) {
        return switch (node.asText()) {
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> node.isNumber() ? node.doubleValue() : Double.NaN;
        };
    }
}
