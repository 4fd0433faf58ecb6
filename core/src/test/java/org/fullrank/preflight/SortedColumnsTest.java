package org.fullrank.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.fullrank.data.Labels;
import org.fullrank.data.TableColumn;
import org.fullrank.data.TableSchema;
import org.fullrank.data.Vectors;
import org.fullrank.engine.Keyed;
import org.fullrank.preflight.PreflightCheck.Finding;
import org.junit.jupiter.api.Test;

class SortedColumnsTest {
    private static final int ROWS = 60;

    /// Columns: noise, the number of the row times `step`, the class.
    private static Vectors rows(double step, boolean sorted) {
        Keyed random = Keyed.of(3);
        float[] values = new float[3 * ROWS];
        int[] classes = new int[ROWS];
        for (int i = 0; i < ROWS; i++) {
            classes[i] = sorted ? i / 20 : i % 3;
            values[3 * i] = (float) random.nextGaussian();
            values[3 * i + 1] = (float) (step * i);
            values[3 * i + 2] = classes[i];
        }
        return Vectors.of(values, 3, new Labels(classes, List.of("a", "b", "c")));
    }

    @Test
    void aColumnThatCountsRowsSortedByClassIsNamed() {
        for (double step : new double[] {1, -0.5}) {
            PreflightCheck check = SortedColumns.of(rows(step, true)).orElseThrow();
            assertThat(check.finding()).isEqualTo(Finding.CONSIDER);
            assertThat(check.why()).startsWith("feature 2 only rises or only falls");
        }
        var schema = new TableSchema(
                true,
                "label",
                Arrays.stream(new String[] {"x", "time", "grade"})
                        .map(name -> (TableColumn) new TableColumn.Numeric(name, 0, false))
                        .toList());
        assertThat(SortedColumns.of(rows(1, true).withTable(schema))
                        .orElseThrow()
                        .why())
                .startsWith("column time only rises");
    }

    /// Every fourth row has no label; without any label nothing can be given away.
    @Test
    void rowsWithoutALabelInBetweenDoNotHideTheColumn() {
        Vectors rows = rows(1, true);
        int[] classes = Objects.requireNonNull(rows.labels()).classes().clone();
        for (int i = 1; i < ROWS; i += 4) {
            classes[i] = Labels.UNLABELED;
        }
        float[] values = rows.values().toArray(ValueLayout.JAVA_FLOAT);
        PreflightCheck check = SortedColumns.of(Vectors.of(values, 3, new Labels(classes, List.of("a", "b", "c"))))
                .orElseThrow();
        assertThat(check.finding()).isEqualTo(Finding.CONSIDER);
        Arrays.fill(classes, Labels.UNLABELED);
        assertThat(SortedColumns.of(Vectors.of(values, 3, new Labels(classes, List.of("a", "b", "c"))))
                        .orElseThrow()
                        .finding())
                .isEqualTo(Finding.FINE);
    }

    @Test
    void aMixedOrderOrAColumnOfFewValuesIsFine() {
        assertThat(SortedColumns.of(rows(1, false)).orElseThrow().finding()).isEqualTo(Finding.FINE);
        assertThat(SortedColumns.of(rows(0, true)).orElseThrow().finding()).isEqualTo(Finding.FINE);
    }
}
