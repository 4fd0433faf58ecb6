package org.fullrank.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.ResidentSet;
import org.junit.jupiter.api.Test;

class ScopeTest {
    private static final long MEGABYTE = 1 << 20;

    @Test
    void thousandsOfStepsLeaveNoTensorBehind() {
        assumeTrue(ResidentSet.isKnown(), "this system does not tell the resident set of a process");
        steps(100);
        long before = ResidentSet.bytes();
        steps(3000); // 3 GB of tensors
        assertThat(ResidentSet.bytes() - before).isLessThan(64 * MEGABYTE);
    }

    private static void steps(int count) {
        for (int i = 0; i < count; i++) {
            try (var scope = Scope.open()) {
                Tensors.zeros(Device.CPU, ScalarType.Byte, MEGABYTE);
            }
        }
    }

    @Test
    void aKeptTensorSurvivesItsScopeAndThoseAround() {
        Tensor kept;
        try (var outer = Scope.open()) {
            try (var inner = Scope.open()) {
                kept = outer.keep(inner.keep(Tensors.of(new float[] {1, 2, 3}, 3)));
                Tensors.of(new float[] {4, 5, 6}, 3);
            }
            assertThat(Tensors.floats(kept)).containsExactly(1, 2, 3);
        }
        assertThat(Tensors.floats(kept)).containsExactly(1, 2, 3);
        kept.close();
    }

    @Test
    void aTensorThatIsNotKeptIsGoneWithItsScope() {
        Tensor lost;
        Tensor kept;
        try (var scope = Scope.open()) {
            lost = Tensors.of(new float[] {1}, 1);
            kept = scope.keep(Tensors.of(new float[] {1}, 1));
        }
        assertThat(lost.isNull()).isTrue();
        assertThat(kept.isNull()).isFalse();
        kept.close();
        assertThat(kept.isNull()).isTrue();
    }
}
