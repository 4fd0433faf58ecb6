package org.fullrank.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.fullrank.engine.InputException;
import org.fullrank.probe.ProbeTable.Subjects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ProbeTableTest {
    private static final Splits ENCODER = splits(4, 2);
    private static final Splits UNTRAINED = splits(4, 0.1);
    private static final Splits RAW = splits(9, 0.3);
    private static final Protocol PROTOCOL = Protocol.of(
                    EvaluatedData.of("clouds", ENCODER.train(), "test", ENCODER.test()))
            .withPcaWidths(List.of(2, 100));

    @Test
    void everyBaselineHasItsRow() {
        var table = ProbeTable.of(new Subjects(ENCODER, UNTRAINED, RAW), PROTOCOL);
        assertThat(table.results())
                .extracting(ProbeTable.Result::features)
                .containsExactly("encoder", "raw input", "PCA-2", "PCA-4", "PCA-9", "untrained encoder");
        assertThat(table.result("encoder").knn())
                .isEqualTo(Knn.evaluate(ENCODER.train(), ENCODER.test(), KnnProtocol.defaults()));
        assertThat(table.result("raw input").linear())
                .isEqualTo(Linear.evaluate(RAW.train(), RAW.test(), LinearProtocol.defaults()));
    }

    /// The squares of the input overflow, so the eigenvectors cannot be found; the other rows stand.
    @Test
    void aBaselineThatOverflowsIsNamedAndLeftOut() {
        var huge = new Splits(times(RAW.train(), 1e30f), times(RAW.test(), 1e30f));
        var table = ProbeTable.of(new Subjects(ENCODER, UNTRAINED, huge), PROTOCOL);
        assertThat(table.result("encoder").knn())
                .isEqualTo(Knn.evaluate(ENCODER.train(), ENCODER.test(), KnnProtocol.defaults()));
        assertThat(table.results()).extracting(ProbeTable.Result::features).contains("untrained encoder");
        assertThat(table.table()).contains("PCA: not measured: ");
    }

    private static Features times(Features features, float factor) {
        int[] classes = Objects.requireNonNull(features.classes());
        float[] values = features.values().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
        return new Features(values, features.width(), classes, features.names());
    }

    @Test
    void textHoldsTheProtocolInFullAndItsHash() {
        var table = ProbeTable.of(new Subjects(ENCODER, null, null), PROTOCOL);
        assertThat(table.text()).contains("protocol " + PROTOCOL.hash());
        PROTOCOL.text().lines().forEach(line -> assertThat(table.text()).contains(line));
        assertThat(table.toMap()).containsEntry("hash", PROTOCOL.hash()).containsKeys("protocol", "results");
    }

    private static ProbeTable.Result result(String name, int correct) {
        return new ProbeTable.Result(name, 4, new Accuracy(correct, 1000), null);
    }

    private static String interpretation(ProbeTable.Result... results) {
        return new ProbeTable(PROTOCOL.asText(), List.of(results), List.of(), true).interpretation();
    }

    @Test
    void theInterpretationNamesTheBaselinesThatTheEncoderIsNotAbove() {
        ProbeTable.Result encoder = result("encoder", 800);
        assertThat(interpretation(encoder)).isEmpty();
        assertThat(interpretation(encoder, result("raw input", 700), result("untrained encoder", 600)))
                .isEqualTo("The encoder is clearly above all baselines.");
        assertThat(interpretation(encoder, result("raw input", 810), result("untrained encoder", 600)))
                .startsWith("The encoder is not clearly above raw input. It learned, but");
        assertThat(interpretation(encoder, result("PCA-2", 900), result("untrained encoder", 790)))
                .startsWith(
                        "The encoder is not clearly above PCA-2 (its kNN is lower), untrained encoder. The training did not clearly help");
    }

    /// Nine of ten items have one class, so an accuracy of 90 % says nothing.
    @Test
    void theMostFrequentClassIsABaselineIfClassesAreUnequal() {
        assertThat(ProbeTable.of(new Subjects(ENCODER, null, null), PROTOCOL).results())
                .hasSize(1);
        int[] classes = new int[100];
        Arrays.fill(classes, 90, 100, 1);
        float[] values = new float[100];
        Arrays.fill(values, 1);
        var features = new Features(values, 1, classes, List.of("often", "rare"));
        var table = ProbeTable.of(
                new Subjects(new Splits(features, features), new Splits(features, features), null), PROTOCOL);
        ProbeTable.Result row = table.result("largest class");
        assertThat(Objects.requireNonNull(row.knn()).share()).isEqualTo(0.9);
        assertThat(Objects.requireNonNull(row.linear()).accuracy().share()).isEqualTo(0.9);
        assertThat(table.table()).contains("largest class             -  90.0 %");
        assertThat(table.interpretation()).contains("untrained encoder, largest class. The training did not");
        assertThat(interpretation(result("encoder", 950), result("raw input", 900), result("largest class", 950)))
                .isEqualTo(
                        "The encoder is not clearly above largest class. The classes are unequal, so the accuracy says"
                                + " little: look at each class with --protocol classes.");
    }

    @Test
    void probesLeftOutAreNotRun() {
        var table = ProbeTable.of(new Subjects(ENCODER, null, null), PROTOCOL.withLinear(null));
        assertThat(table.result("encoder").linear()).isNull();
        assertThat(table.result("encoder").knn()).isNotNull();
        assertThatThrownBy(() -> PROTOCOL.withLinear(null).withKnn(null)).isInstanceOf(InputException.class);
    }

    @Test
    void evaluationsOfUnlikeProtocolsAreNotCompared() {
        var one = new ProbeTable(PROTOCOL.asText(), List.of(), List.of(), true);
        var same = new ProbeTable(PROTOCOL.withKnn(new KnnProtocol(20, 0.07)).asText(), List.of(), List.of(), true);
        var other = new ProbeTable(PROTOCOL.withKnn(new KnnProtocol(5, 0.07)).asText(), List.of(), List.of(), true);
        one.protocol().requireLike(same.protocol());
        assertThatThrownBy(() -> one.protocol().requireLike(other.protocol()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(PROTOCOL.hash())
                .hasMessageContaining("differ in kNN (k 20");
    }

    @Test
    void hashIsGolden() {
        assertThat(PROTOCOL.hash()).isEqualTo("57cc2454");
    }

    @ParameterizedTest
    @MethodSource("changed")
    void everySettingChangesTheHash(Protocol changed) {
        assertThat(changed.hash()).isNotEqualTo(PROTOCOL.hash()).matches("[0-9a-f]{8}");
    }

    static Stream<Protocol> changed() {
        EvaluatedData s = PROTOCOL.source();
        var reading = s.reading();
        return Stream.concat(
                Stream.of(
                                new EvaluatedData(
                                        "other", s.trainRows(), s.testSplit(), s.testRows(), s.classes(), reading),
                                new EvaluatedData(s.data(), 1, s.testSplit(), s.testRows(), s.classes(), reading),
                                new EvaluatedData(s.data(), s.trainRows(), "other", s.testRows(), s.classes(), reading),
                                new EvaluatedData(s.data(), s.trainRows(), s.testSplit(), 1, s.classes(), reading),
                                new EvaluatedData(s.data(), s.trainRows(), s.testSplit(), s.testRows(), 9, reading),
                                s.with(reading.withLayer("other")),
                                s.with(reading.withView("other")),
                                s.with(reading.withPrecision("other")),
                                s.with(new EvaluatedData.Reading(
                                        reading.layer(), reading.view(), "other", reading.precision())))
                        .map(source ->
                                new Protocol(source, PROTOCOL.knn(), PROTOCOL.linear(), PROTOCOL.pcaWidths(), false)),
                Stream.of(
                        PROTOCOL.withKnn(null),
                        PROTOCOL.withConvolutions(true),
                        PROTOCOL.withKnn(new KnnProtocol(21, KnnProtocol.TEMPERATURE)),
                        PROTOCOL.withKnn(new KnnProtocol(KnnProtocol.NEIGHBORS, 0.08)),
                        PROTOCOL.withLinear(null),
                        PROTOCOL.withLinear(
                                new LinearProtocol(2, LinearProtocol.TOLERANCE, LinearProtocol.MAX_ITERATIONS)),
                        PROTOCOL.withLinear(new LinearProtocol(LinearProtocol.L2, 0.5, LinearProtocol.MAX_ITERATIONS)),
                        PROTOCOL.withLinear(new LinearProtocol(LinearProtocol.L2, LinearProtocol.TOLERANCE, 3)),
                        PROTOCOL.withPcaWidths(List.of(2))));
    }

    @Test
    void missingLabelsAreExplained() {
        Features bare = Features.unlabeled(new float[60], 2);
        assertThatThrownBy(() -> ProbeTable.of(new Subjects(new Splits(bare, bare), null, null), PROTOCOL))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no labels")
                .hasMessageContaining("a folder for each class");
    }

    @Test
    void aSingleClassIsRefused() {
        var single = new Features(new float[60], 2, new int[30], Samples.names(1));
        assertThatThrownBy(() -> ProbeTable.of(new Subjects(new Splits(single, single), null, null), PROTOCOL))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("single class");
    }

    @Test
    void subjectsOfOtherItemsAreRefused() {
        assertThatThrownBy(() -> new Subjects(ENCODER, new Splits(ENCODER.test(), ENCODER.test()), null))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("untrained");
    }

    @Test
    void wilsonIntervalIsGolden() {
        // Closed form by hand: 8 of 10 at 95 % is 0.4902 to 0.9433.
        var accuracy = new Accuracy(8, 10);
        assertThat(accuracy).hasToString("80.0 % [49.0, 94.3]");
        assertThat(new Accuracy(10, 10).upper()).isEqualTo(1);
        assertThat(new Accuracy(0, 10).lower()).isZero();
    }

    private static Splits splits(int width, double spread) {
        return new Splits(Samples.clouds(2, 90, width, 3, spread), Samples.clouds(3, 60, width, 3, spread));
    }
}
