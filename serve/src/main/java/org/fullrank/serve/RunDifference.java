package org.fullrank.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import org.fullrank.engine.InputException;
import org.fullrank.run.RunFolder;
import org.fullrank.run.Runs;

/// The settings that differ between two runs, and the latest measures of both.
record RunDifference(RunList runs, Path first, Path second) {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final String ABSENT = "–";

    /// The data for the page of a difference.
    ObjectNode data() {
        ObjectNode data = MAPPER.createObjectNode()
                .put("kind", "difference")
                .put("first", RunList.name(first))
                .put("second", RunList.name(second));
        data.set("names", MAPPER.valueToTree(runs.names()));
        data.set("settings", settings());
        data.set("figures", figures());
        return data;
    }

    private ArrayNode settings() {
        Map<String, String> one = flat(first);
        Map<String, String> other = flat(second);
        ArrayNode rows = MAPPER.createArrayNode();
        for (String key : union(one.keySet(), other.keySet())) {
            if (!Objects.equals(one.get(key), other.get(key))) {
                rows.addArray().add(key).add(one.getOrDefault(key, ABSENT)).add(other.getOrDefault(key, ABSENT));
            }
        }
        return rows;
    }

    private ArrayNode figures() {
        Map<String, Double> one = Runs.summary(first).values();
        Map<String, Double> other = Runs.summary(second).values();
        ArrayNode rows = MAPPER.createArrayNode();
        for (String key : union(one.keySet(), other.keySet())) {
            rows.addArray().add(key).add(one.get(key)).add(other.get(key));
        }
        return rows;
    }

    private static Set<String> union(Set<String> one, Set<String> other) {
        var all = new LinkedHashSet<>(one);
        all.addAll(other);
        return all;
    }

    /// Settings by dotted names. A list of plain values is one setting.
    private static SequencedMap<String, String> flat(Path run) {
        var settings = new LinkedHashMap<String, String>();
        try {
            flatten("", YAML.readTree(Files.readString(run.resolve(RunFolder.CONFIG))), settings);
        } catch (IOException e) {
            throw new InputException(
                    "run %s: cannot read its config.yaml (%s); repair it"
                            .formatted(run, e.getClass().getSimpleName()),
                    e);
        }
        return settings;
    }

    private static void flatten(String name, JsonNode node, Map<String, String> settings) {
        var inner = new ArrayList<JsonNode>();
        node.forEach(inner::add);
        if (node.isObject()) {
            node.properties()
                    .forEach(field -> flatten(
                            name.isEmpty() ? field.getKey() : name + "." + field.getKey(), field.getValue(), settings));
        } else if (inner.stream().anyMatch(JsonNode::isContainerNode)) {
            for (int i = 0; i < inner.size(); i++) {
                flatten("%s[%d]".formatted(name, i), inner.get(i), settings);
            }
        } else {
            settings.put(name, node.isArray() ? node.toString() : node.asText());
        }
    }
}
