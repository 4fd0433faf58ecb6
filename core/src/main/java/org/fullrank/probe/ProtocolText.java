package org.fullrank.probe;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.fullrank.engine.InputException;

/// Everything that affects the numbers of an evaluation, except the weights of the encoder. This text is
/// printed in full with the numbers. A short hash identifies the text. Do not compare numbers with different
/// hashes.
///
/// @param fields the settings by name, in the order in which they are printed
public record ProtocolText(SequencedMap<String, String> fields) {
    private static final int HASH_DIGITS = 8;

    /// Words that have changed since the first version. Hashes still use the old words, so that numbers stay
    /// comparable.
    private static final Map<String, String> FIRST_SPELLING =
            Map.of("centered", "centred", "standardized", "standardised", "optimizer", "optimiser");

    public ProtocolText {
        fields = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(fields));
    }

    /// The protocol `name version` on features of `source`, without a fitted probe.
    static ProtocolText asking(String name, int version, EvaluatedData source, Map<String, String> settings) {
        var fields = new LinkedHashMap<String, String>();
        fields.put("protocol", name + " " + version);
        source.describeAsked(fields);
        fields.putAll(settings);
        return new ProtocolText(fields);
    }

    /// The protocol `name version` with probes fitted on the train split of `source`.
    static ProtocolText fitting(String name, int version, EvaluatedData source, Map<String, String> settings) {
        var fields = new LinkedHashMap<String, String>();
        fields.put("protocol", name + " " + version);
        source.describe(fields);
        fields.putAll(settings);
        return new ProtocolText(fields);
    }

    /// The protocol `name version` of a measure of both ends of the projector, without labels.
    ///
    /// @param data fingerprint of the data
    /// @param split split whose items are measured
    /// @param rows number of items
    static ProtocolText measuring(
            String name, int version, String data, String split, int rows, Map<String, String> settings) {
        var fields = new LinkedHashMap<String, String>();
        fields.put("protocol", name + " " + version);
        fields.put("data", data);
        fields.put("measured on", "%d items of the %s split, the first of a fixed order".formatted(rows, split));
        fields.put("layers", "representation (encoder output) and embedding (behind the projector)");
        fields.put("view", EvaluatedData.Reading.VIEW);
        fields.put("batch norm", EvaluatedData.Reading.BATCH_NORM);
        fields.put("precision", EvaluatedData.Reading.PRECISION);
        fields.putAll(settings);
        return new ProtocolText(fields);
    }

    /// The canonical text: one `name: value` in each line. It is printed with every number, and [#hash] is
    /// its hash.
    public String text() {
        return fields.entrySet().stream()
                .map(e -> e.getKey() + ": " + e.getValue() + "\n")
                .collect(Collectors.joining());
    }

    /// The first 8 hexadecimal digits of the SHA-256 of [#text] in UTF-8, in the spelling of the first version.
    public String hash() {
        try {
            String spelled = text();
            for (Map.Entry<String, String> word : FIRST_SPELLING.entrySet()) {
                spelled = spelled.replace(word.getKey(), word.getValue());
            }
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(spelled.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, HASH_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// Checks that the numbers of two protocols are comparable.
    ///
    /// @throws InputException when `other` has another hash. The message names the first setting that differs
    public void requireLike(ProtocolText other) {
        requireLike(other.hash(), other.fields);
    }

    /// The same check for a protocol that was saved.
    ///
    /// @param theirHash its hash
    /// @param theirs the settings of the saved protocol by name
    /// @throws InputException as above
    public void requireLike(String theirHash, Map<String, String> theirs) {
        if (hash().equals(theirHash)) {
            return;
        }
        String difference = fields.entrySet().stream()
                .filter(e -> !e.getValue().equals(theirs.get(e.getKey())))
                .map(e -> "%s (%s against %s)".formatted(e.getKey(), e.getValue(), theirs.get(e.getKey())))
                .findFirst()
                .orElse("the protocol");
        throw new InputException("comparison: found protocols %s and %s, which differ in %s, expected one protocol;"
                        .formatted(hash(), theirHash, difference)
                + " evaluate both with the same settings");
    }
}
