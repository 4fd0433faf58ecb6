package org.fullrank.probe;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// What one protocol found, with everything that its numbers depend on.
public sealed interface ProtocolResult permits Retrieval, FineTuning, ClassTable, LayerCurve, LabelFree {
    /// What the numbers depend on.
    ProtocolText protocol();

    /// For people: the numbers, lines each with its end.
    String table();

    /// For JSON: the numbers.
    SequencedMap<String, Object> values();

    /// For people: the numbers, then the protocol in full.
    default String text() {
        return table()
                + "%nprotocol %s%n".formatted(protocol().hash())
                + protocol().text().indent(2);
    }

    /// For JSON: hash, protocol and numbers.
    default SequencedMap<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("hash", protocol().hash());
        map.put("protocol", protocol().fields());
        map.putAll(values());
        return map;
    }
}
