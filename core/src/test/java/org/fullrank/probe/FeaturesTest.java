package org.fullrank.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeaturesTest {
    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void valuesThatAreNotFiniteAreNamedByRow(float value) {
        float[] values = new float[12];
        values[7] = value;
        refused(() -> Features.unlabeled(values, 3), "row 2, column 1");
    }

    @Test
    void thereIsOnePathForEachRowOrNone() {
        Features features = Features.unlabeled(new float[12], 3);
        assertThat(features.paths()).isEmpty();
        List<String> paths = List.of("a", "b", "c", "d");
        assertThat(features.withPaths(paths).with(new float[8], 2).paths()).isEqualTo(paths);
        refused(() -> features.withPaths(List.of("a")), "1 paths for 4 rows");
    }

    @Test
    void labelsThatDoNotMatchTheRowsAreRefused() {
        refused(() -> new Features(new float[12], 3, new int[5], Samples.names(2)), "5 labels for 4 rows");
    }

    @Test
    void classesWithoutANameAreRefused() {
        refused(() -> new Features(new float[12], 3, new int[] {0, 1, 2, 0}, Samples.names(2)), "class 2 in row 2");
        refused(() -> new Features(new float[12], 3, new int[] {0, 1, 1, -2}, Samples.names(2)), "class -2 in row 3");
    }

    @Test
    void rowsWithoutALabelAreEmbeddedButNotEvaluated() {
        var features = new Features(new float[12], 3, new int[] {0, 1, 1, -1}, Samples.names(2));
        assertThat(features.rows()).isEqualTo(4);
        refused(features::labels, "an item without a label");
    }

    @Test
    void noRowsAndHalfRowsAreRefused() {
        refused(() -> Features.unlabeled(new float[0], 3), "0 values");
        refused(() -> Features.unlabeled(new float[10], 3), "10 values for rows of 3");
        refused(() -> Features.unlabeled(new float[10], 0), "rows of 0");
    }

    private static void refused(Runnable work, String message) {
        assertThatThrownBy(work::run).isInstanceOf(InputException.class).hasMessageContaining(message);
    }
}
