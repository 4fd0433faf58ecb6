package org.fullrank.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class NativeErrorsTest {
    @Test
    void aShapeErrorOfTheEngineIsOneLineWithoutItsStack() {
        try (var scope = Scope.open()) {
            var a = Tensors.of(new float[6], 2, 3);
            assertThatThrownBy(() -> NativeErrors.guard("the product", () -> a.mm(a)))
                    .isInstanceOf(JobException.class)
                    .message()
                    .startsWith("the product: ")
                    .contains("2x3")
                    .doesNotContain("\n")
                    .doesNotContain("Exception raised from")
                    .doesNotContain("frame #");
        }
    }

    @Test
    void anAllocationThatCannotBeMetSaysWhatToLower() {
        try (var scope = Scope.open()) {
            assertThatThrownBy(() -> NativeErrors.guard(
                            "the step",
                            () -> Tensors.zeros(
                                    Device.CPU, org.bytedeco.pytorch.global.torch.ScalarType.Float, 1L << 50)))
                    .isInstanceOf(JobException.class)
                    .hasMessage("the step: out of memory; lower train.batch, raise train.chunks");
        }
    }

    @Test
    void ourOwnErrorsPassUnchanged() {
        var own = new InputException("batch: found 0");
        assertThatThrownBy(() -> NativeErrors.guard("the step", () -> {
                    throw own;
                }))
                .isSameAs(own);
    }

    @Test
    void resultsPassThrough() {
        assertThat(NativeErrors.<Integer>guard("sum", () -> 1 + 1)).isEqualTo(2);
    }

    @Test
    void aLongLineIsCut() {
        assertThat(NativeErrors.line(new RuntimeException("x".repeat(5000)))).hasSizeLessThan(310);
        assertThat(NativeErrors.line(new RuntimeException("\n\n  first\nsecond")))
                .isEqualTo("  first");
        assertThat(NativeErrors.line(new IllegalStateException())).isEqualTo("IllegalStateException");
    }
}
