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
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.fullrank.engine.InputException;
import org.fullrank.page.RunPage;
import org.fullrank.run.RunFolder;
import org.fullrank.run.Runs;

/// Several runs side by side: the settings that differ, the latest measures, and the records for overlaid curves.
record SeveralRuns(RunList runs, List<Path> chosen) {
    /// Largest number of runs. A chart with more curves cannot be read.
    static final int MOST = 10;
    /// Largest number of records of one run. A chart has about as many pixels.
    private static final int MOST_RECORDS = 800;

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final String ABSENT = "–";

    /// The data for the page.
    ObjectNode data() {
        ObjectNode data = MAPPER.createObjectNode().put("kind", "several");
        data.set("names", MAPPER.valueToTree(runs.names()));
        data.set("runs", MAPPER.valueToTree(chosen.stream().map(runs::name).toList()));
        data.set("settings", settings());
        data.set("figures", figures());
        ArrayNode records = data.putArray("records");
        chosen.forEach(run -> records.add(RunPage.records(run, MOST_RECORDS)));
        return data;
    }

    private ArrayNode settings() {
        List<SequencedMap<String, String>> all =
                chosen.stream().map(SeveralRuns::flat).toList();
        ArrayNode rows = MAPPER.createArrayNode();
        for (String key : union(all)) {
            List<String> values =
                    all.stream().map(run -> run.getOrDefault(key, ABSENT)).toList();
            if (values.stream().distinct().count() > 1) {
                ArrayNode row = rows.addArray().add(key);
                values.forEach(row::add);
            }
        }
        return rows;
    }

    private ArrayNode figures() {
        List<SequencedMap<String, Double>> all =
                chosen.stream().map(run -> Runs.summary(run).values()).toList();
        ArrayNode rows = MAPPER.createArrayNode();
        for (String key : union(all)) {
            ArrayNode row = rows.addArray().add(key);
            all.forEach(run -> row.add(run.get(key)));
        }
        return rows;
    }

    private static Set<String> union(List<? extends Map<String, ?>> all) {
        var keys = new LinkedHashSet<String>();
        all.forEach(run -> keys.addAll(run.keySet()));
        return keys;
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
