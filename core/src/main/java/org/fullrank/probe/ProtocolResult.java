package org.fullrank.probe;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// The numbers of an evaluation, with the protocol that they depend on.
public interface ProtocolResult {
    /// The protocol that the numbers depend on.
    ProtocolText protocol();

    /// The numbers for people, in lines that each have a line end.
    String table();

    /// For JSON: the numbers.
    SequencedMap<String, Object> values();

    /// The kind of the intervals, in words that are printed after the hash of the protocol.
    default String intervals() {
        return "";
    }

    /// What the numbers mean and what to try, in one line; empty if there is nothing to say.
    default String interpretation() {
        return "";
    }

    /// The text for people: the numbers, what they mean, and then the full protocol.
    default String text() {
        String meaning = interpretation();
        return table()
                + (meaning.isEmpty() ? "" : "%n%s%n".formatted(meaning))
                + "%nprotocol %s%s%n".formatted(protocol().hash(), intervals())
                + protocol().text().indent(2);
    }

    /// The result for JSON: hash, protocol and numbers.
    default SequencedMap<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("hash", protocol().hash());
        map.put("protocol", protocol().fields());
        map.putAll(values());
        if (!interpretation().isEmpty()) {
            map.put("interpretation", interpretation());
        }
        return map;
    }
}
