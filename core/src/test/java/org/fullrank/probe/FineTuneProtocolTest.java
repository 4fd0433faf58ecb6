package org.fullrank.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FineTuneProtocolTest {
    private static final FineTuneProtocol PROTOCOL = FineTuneProtocol.defaults();
    private static final int[] LABELS =
            IntStream.range(0, 1000).map(i -> i % 10 == 0 ? 1 : i == 5 ? 2 : 0).toArray();

    private static int[] labeled(double fraction, int draw) {
        return FineTuner.labeled(LABELS, 3, fraction, PROTOCOL, draw);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.1, 1.01, 100, Double.NaN})
    void aFractionOutsideIsRefused(double fraction) {
        assertThatThrownBy(() -> PROTOCOL.withFractions(List.of(fraction)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected above 0 and at most 1");
    }

    @Test
    void noStepsOrDrawsAreRefused() {
        assertThatThrownBy(() -> PROTOCOL.withSteps(0)).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> PROTOCOL.withDraws(0)).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> PROTOCOL.withFractions(List.of())).isInstanceOf(InputException.class);
    }

    @Test
    void eachClassGivesItsShareAndAtLeastOneItem() {
        var counts = Arrays.stream(labeled(0.1, 0))
                .boxed()
                .collect(Collectors.groupingBy(i -> LABELS[i], Collectors.counting()));
        assertThat(counts).containsEntry(0, 90L).containsEntry(1, 10L).containsEntry(2, 1L);
        assertThat(labeled(1, 0)).hasSize(1000).doesNotHaveDuplicates();
    }

    @Test
    void smallerFractionsLieWithinLargerOnesAndDrawsDiffer() {
        assertThat(labeled(0.1, 0)).contains(labeled(0.01, 0));
        assertThat(labeled(0.1, 1)).isNotEqualTo(labeled(0.1, 0));
        assertThat(labeled(0.1, 1)).isEqualTo(labeled(0.1, 1));
    }

    @Test
    void everySettingIsInTheHash() {
        var source = new EvaluatedData("abc", 10, "test split", 10, 2, EvaluatedData.Reading.defaults());
        String hash = PROTOCOL.describe(source, "plain").hash();
        assertThat(List.of(
                        PROTOCOL.withSteps(7),
                        PROTOCOL.withDraws(7),
                        PROTOCOL.withFractions(List.of(0.5)),
                        new FineTuneProtocol(PROTOCOL.fractions(), 3, 500, 32, 1e-3, 0),
                        new FineTuneProtocol(PROTOCOL.fractions(), 3, 500, 64, 2e-3, 0),
                        new FineTuneProtocol(PROTOCOL.fractions(), 3, 500, 64, 1e-3, 1)))
                .allSatisfy(p -> assertThat(p.describe(source, "plain").hash()).isNotEqualTo(hash));
        assertThat(PROTOCOL.describe(source, "crop").hash()).isNotEqualTo(hash);
    }
}
