package org.fullrank.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.fullrank.file.JsonFile;
import org.jspecify.annotations.Nullable;

/// The JSON object that the option `--json` prints. The keys keep the order in which they were added. NaN and
/// infinities are strings, as in `metrics.jsonl`.
final class Json {
    private final SequencedMap<String, @Nullable Object> values = new LinkedHashMap<>();

    Json put(String key, @Nullable Object value) {
        values.put(key, value instanceof Json json ? json.values : value);
        return this;
    }

    Json putAll(Map<String, ? extends @Nullable Object> entries) {
        entries.forEach(this::put);
        return this;
    }

    static Json of(Map<String, ? extends @Nullable Object> entries) {
        return new Json().putAll(entries);
    }

    SequencedMap<String, @Nullable Object> values() {
        return values;
    }

    @Override
    public String toString() {
        return JsonFile.text(values);
    }
}
