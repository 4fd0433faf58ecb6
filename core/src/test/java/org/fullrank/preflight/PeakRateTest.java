package org.fullrank.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.fullrank.train.SmallTraining.recipe;

import java.io.IOException;
import java.nio.file.Path;
import org.fullrank.preflight.PreflightCheck.Finding;
import org.fullrank.preflight.RateSweep.Peak;
import org.fullrank.preflight.RateSweep.Window;
import org.fullrank.run.Recipe;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the preflight says about the peak rate compared with the usable rates.
class PeakRateTest {
    private static final Window WINDOW = new Window(8.4e-4, 4.1e-2, "the loss rises");

    @TempDir
    Path folder;

    private Recipe small;

    @BeforeEach
    void makeRecipe() throws IOException {
        small = recipe(folder, 3);
    }

    private PreflightCheck judge(double rate, double scale) {
        return RateSweep.judge(
                small, WINDOW, new Peak(rate, scale), small.train().batch());
    }

    @ParameterizedTest
    @CsvSource({
        "1, WRONG, above",
        "0.1, CONSIDER, above",
        "2e-3, FINE, among",
        "6e-4, FINE, at the lower end of",
        "5e-4, CONSIDER, below",
        "5e-6, CONSIDER, below"
    })
    void aRateOutsideTheUsableRatesIsNeverFine(double rate, Finding finding, String where) {
        PreflightCheck check = judge(rate, 1);
        assertThat(check.finding()).isEqualTo(finding);
        assertThat(check.why()).contains(" is %s the usable rates, about 8.40e-04 to 0.0410".formatted(where));
        assertThat(check.why()).doesNotContain("scaleWithBatch");
        if (finding == Finding.FINE) {
            assertThat(check.changes()).isEmpty();
        } else {
            assertThat(check.changes()).containsExactly("optimizer.learningRate=5.9e-03"); // sqrt(8.4e-4 * 4.1e-2)
        }
    }

    /// A rate of 0.002 for a batch of 256 is 5e-4 for one of 64.
    @Test
    void aRateThatTheBatchChangedIsNamedWithItsCause() {
        PreflightCheck check = judge(2e-3, 0.25);
        assertThat(check.finding()).isEqualTo(Finding.CONSIDER);
        assertThat(check.why())
                .startsWith("the peak rate 5.00e-04, which is optimizer.learningRate 0.00200 times train.batch %d / 256"
                                .formatted(small.train().batch())
                        + " (schedule.scaleWithBatch), is below the usable rates");
        assertThat(check.changes()).containsExactly("schedule.scaleWithBatch=false");
    }

    @Test
    void aRateThatIsWrongWithoutTheBatchTooIsReplaced() {
        assertThat(judge(4e-4, 0.25).changes()).containsExactly("optimizer.learningRate=2.3e-02"); // 5.87e-3 / 0.25
        assertThat(judge(0.1, 4).changes()).containsExactly("optimizer.learningRate=1.5e-03");
        assertThat(judge(2e-2, 4).changes()).containsExactly("schedule.scaleWithBatch=false");
    }
}
