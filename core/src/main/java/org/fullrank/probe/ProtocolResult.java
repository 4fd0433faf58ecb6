package org.fullrank.probe;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// The numbers of an evaluation, with the protocol that they depend on.
public interface ProtocolResult {
    /// The protocol that the numbers depend on.
    ProtocolText protocol();

    /// For people: the numbers, in lines that each have a line end.
    String table();

    /// For JSON: the numbers.
    SequencedMap<String, Object> values();

    /// The kind of the intervals, in words that follow the hash of the protocol.
    default String intervals() {
        return "";
    }

    /// For people: the numbers, then the protocol in full.
    default String text() {
        return table()
                + "%nprotocol %s%s%n".formatted(protocol().hash(), intervals())
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
