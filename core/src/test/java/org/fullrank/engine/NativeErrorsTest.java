package org.fullrank.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class NativeErrorsTest {
    @Test
    void shapesThatDoNotFitBecomeOneLineWithoutAStack() {
        try (var scope = Scope.open()) {
            var a = Tensors.of(new float[6], 2, 3);
            assertThatThrownBy(() -> NativeErrors.guard("step 7", () -> a.matmul(a)))
                    .isInstanceOf(JobException.class)
                    .hasMessageStartingWith("step 7: ")
                    .hasMessageContaining("2x3")
                    .hasMessageNotContaining("\n")
                    .hasMessageNotContaining("Exception raised from")
                    .hasMessageNotContaining("frame #")
                    .hasCauseInstanceOf(RuntimeException.class);
        }
    }

    @Test
    void memoryThatIsNotThereNamesTheRemedy() {
        assertThatThrownBy(() -> NativeErrors.guard(
                        "step 7", () -> Tensors.empty(org.bytedeco.pytorch.global.torch.ScalarType.Float, 1L << 55)))
                .isInstanceOf(JobException.class)
                .hasMessage("step 7: out of memory; lower train.batch, raise train.chunks");
    }

    @Test
    void ourOwnErrorsPassUnchanged() {
        var own = new InputException("what, found, expected, remedy");
        assertThatThrownBy(() -> NativeErrors.guard("step 7", () -> {
                    throw own;
                }))
                .isSameAs(own);
    }

    @Test
    void resultsPass() {
        assertThat(NativeErrors.<Integer>guard("step 7", () -> 3)).isEqualTo(3);
    }

    @Test
    void longLinesAreCut() {
        assertThat(NativeErrors.line(new RuntimeException("x".repeat(1000))))
                .hasSize(303)
                .endsWith("...");
        assertThat(NativeErrors.line(new RuntimeException("\n\nfirst\nsecond"))).isEqualTo("first");
        assertThat(NativeErrors.line(new IllegalStateException())).isEqualTo("IllegalStateException");
    }
}
