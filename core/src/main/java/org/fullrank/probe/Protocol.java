package org.fullrank.probe;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;

/// Everything that affects the accuracies of probes, except the weights of the encoder. The protocol is
/// printed in full with the accuracies. A short hash identifies the protocol. Do not compare numbers with
/// different hashes.
///
/// @param source where the features come from
/// @param knn the nearest-neighbor probe; null when it is left out
/// @param linear the linear probe; null when it is left out
/// @param pcaWidths widths of the principal components to evaluate, in addition to the encoder's own width
/// @param convolutions whether random convolutions are a baseline, as for time series
public record Protocol(
        EvaluatedData source,
        @Nullable KnnProtocol knn,
        @Nullable LinearProtocol linear,
        List<Integer> pcaWidths,
        boolean convolutions) {
    /// The version. It increases whenever the same settings would give other numbers.
    public static final int VERSION = 2;
    /// The longest side of raw images. Larger images are resized to this side by area averaging, see
    /// [RawInput]. Color images of 32 x 32 are enough for recognition (Torralba et al. 2008, "80 million tiny
    /// images"). The baseline then has 3,072 features.
    public static final int RAW_SIDE = 32;
    /// 128 components: the width of many published baselines.
    public static final List<Integer> PCA_WIDTHS = List.of(128);

    static final String UNTRAINED = "the same encoder at its initial weights, norms settled on the train split";

    public Protocol {
        pcaWidths = List.copyOf(pcaWidths);
        if (knn == null && linear == null) {
            throw new InputException("evaluation: found no probe, expected knn, linear or both; name one");
        }
        for (int width : pcaWidths) {
            if (width < 1) {
                throw new InputException(
                        "evaluation: found PCA width %d, expected at least 1; use 128".formatted(width));
            }
        }
    }

    /// Both probes with their defaults, and [#PCA_WIDTHS].
    public static Protocol of(EvaluatedData source) {
        return new Protocol(source, KnnProtocol.defaults(), LinearProtocol.defaults(), PCA_WIDTHS, false);
    }

    /// The same with another kNN probe, or without one.
    public Protocol withKnn(@Nullable KnnProtocol knn) {
        return new Protocol(source, knn, linear, pcaWidths, convolutions);
    }

    /// The same with another linear probe, or without one.
    public Protocol withLinear(@Nullable LinearProtocol linear) {
        return new Protocol(source, knn, linear, pcaWidths, convolutions);
    }

    /// The same with other widths of principal components.
    public Protocol withPcaWidths(List<Integer> pcaWidths) {
        return new Protocol(source, knn, linear, pcaWidths, convolutions);
    }

    /// The same with or without random convolutions.
    Protocol withConvolutions(boolean convolutions) {
        return new Protocol(source, knn, linear, pcaWidths, convolutions);
    }

    /// The settings by name, in the order in which they are printed.
    public SequencedMap<String, String> fields() {
        var fields = new LinkedHashMap<String, String>();
        fields.put("protocol", "fullrank-probe " + VERSION);
        source.describe(fields);
        fields.put("kNN", knn == null ? "left out" : describe(knn));
        fields.put("linear", linear == null ? "left out" : describe(linear));
        fields.put("raw input", source.rawInput());
        fields.put("PCA", "of the raw input, fitted on train, as wide as the encoder" + also());
        if (convolutions) {
            fields.put("random convolutions", RandomConvolutions.describe());
        }
        fields.put("untrained", UNTRAINED);
        return Collections.unmodifiableSequencedMap(fields);
    }

    /// The same settings as a text with its hash.
    public ProtocolText asText() {
        return new ProtocolText(fields());
    }

    /// The canonical text, see [ProtocolText#text].
    public String text() {
        return asText().text();
    }

    /// The hash of [#text], see [ProtocolText#hash].
    public String hash() {
        return asText().hash();
    }

    /// Checks that the numbers of two protocols are comparable.
    ///
    /// @throws InputException when `other` has another hash. The message names the first setting that differs
    public void requireLike(Protocol other) {
        asText().requireLike(other.asText());
    }

    /// The same check for a protocol that was saved.
    ///
    /// @param theirHash its hash
    /// @param theirs the settings of the saved protocol by name
    /// @throws InputException as above
    public void requireLike(String theirHash, Map<String, String> theirs) {
        asText().requireLike(theirHash, theirs);
    }

    static String describe(KnnProtocol knn) {
        return "k %d, cosine similarity of rows scaled to length 1 (not centered), votes exp(s / %s), exact"
                .formatted(knn.neighbors(), knn.temperature());
    }

    static String describe(LinearProtocol linear) {
        return "logistic regression on features standardized by train, l2 %s, L-BFGS to gradient %s of its start, at most"
                        .formatted(linear.l2(), linear.tolerance())
                + " %d steps".formatted(linear.maxIterations());
    }

    private String also() {
        return pcaWidths.isEmpty()
                ? ""
                : ", and " + pcaWidths.stream().map(String::valueOf).collect(Collectors.joining(", ")) + " wide";
    }
}
