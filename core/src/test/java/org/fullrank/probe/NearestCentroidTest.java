package org.fullrank.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;

class NearestCentroidTest {
    private static Features rows(int[] classes, float... values) {
        return new Features(values, values.length / classes.length, classes, List.of("a", "b", "c"));
    }

    /// The angle to each class mean of unit rows, written naively.
    private static int reference(Features train, float[] x) {
        int best = -1;
        double smallest = Double.POSITIVE_INFINITY;
        for (int c = 0; c < train.names().size(); c++) {
            double[] mean = new double[x.length];
            for (int i = 0; i < train.rows(); i++) {
                double norm = 0;
                for (int d = 0; d < x.length; d++) {
                    norm += Math.pow(train.values()[i * x.length + d], 2);
                }
                for (int d = 0; d < x.length && train.labels()[i] == c; d++) {
                    mean[d] += train.values()[i * x.length + d] / Math.sqrt(norm);
                }
            }
            double dot = 0;
            double xx = 0;
            double mm = 0;
            for (int d = 0; d < x.length; d++) {
                dot += x[d] * mean[d];
                xx += x[d] * x[d];
                mm += mean[d] * mean[d];
            }
            double angle = Math.acos(dot / Math.sqrt(xx * mm));
            if (angle < smallest) {
                smallest = angle;
                best = c;
            }
        }
        return best;
    }

    @Test
    void equalsTheAngleToTheMeans() {
        Features train = Samples.clouds(4, 90, 5, 4, 0.7);
        Features test = Samples.clouds(5, 200, 5, 4, 0.7);
        int[] predicted = NearestCentroid.predict(train, test);
        for (int i = 0; i < test.rows(); i++) {
            float[] x = Arrays.copyOfRange(test.values(), 5 * i, 5 * i + 5);
            assertThat(predicted[i]).as("row %d", i).isEqualTo(reference(train, x));
        }
    }

    @Test
    void lengthsDoNotCount() {
        // One long row of a points to b; scaled to length 1 it weighs no more than the others.
        Features train = rows(new int[] {0, 0, 0, 1}, 1, 0, 1, 0, 0, 100, 0, 1);
        Features test = rows(new int[] {0, 1}, 5, 1, 0.035f, 1);
        assertThat(NearestCentroid.predict(train, test)).containsExactly(0, 1);
    }

    /// kNN solves two groups for one class; a mean cannot.
    @Test
    void aClassOfTwoOppositeGroupsIsNotFound() {
        Features train = rows(new int[] {0, 0, 1, 1}, 1, 0, -1, 0.001f, 0.7f, 0.7f, 0.6f, 0.8f);
        assertThat(NearestCentroid.predict(train, rows(new int[] {0}, 1, 0.001f)))
                .containsExactly(1);
    }

    @Test
    void aClassWithoutTrainItemsIsNeverNamed() {
        Features train = rows(new int[] {0, 1}, 1, 0, 0, 1);
        assertThat(NearestCentroid.predict(train, rows(new int[] {2, 2}, 1, 2, -1, -2)))
                .containsExactly(1, 0);
    }

    @Test
    void aSingleClassIsRefused() {
        Features one = rows(new int[] {1, 1}, 1, 0, 0, 1);
        assertThatThrownBy(() -> NearestCentroid.predict(one, one))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("a single class");
    }
}
