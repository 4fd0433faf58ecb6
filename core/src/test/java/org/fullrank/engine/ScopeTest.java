package org.fullrank.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class ScopeTest {
    private static final int MEGABYTE_OF_FLOATS = 1 << 18;

    @Test
    void temporariesAreFreedWhenTheScopeCloses() {
        ResidentSet.assumeReadable();
        float[] ones = new float[MEGABYTE_OF_FLOATS];
        java.util.Arrays.fill(ones, 1);
        for (int i = 0; i < 50; i++) {
            step(ones);
        }
        long before = ResidentSet.megabytes();
        for (int i = 0; i < 3000; i++) {
            step(ones); // 2 MB each: 6 GB if nothing were freed
        }
        assertThat(ResidentSet.megabytes() - before).isLessThan(200);
    }

    private static void step(float[] values) {
        try (var scope = Scope.open()) {
            Tensor t = Tensors.of(values, values.length);
            assertThat(t.add(t).numel()).isEqualTo(values.length);
        }
    }

    @Test
    void keptTensorsSurviveAndCanBeClosed() {
        Tensor kept;
        Tensor lost;
        try (var scope = Scope.open()) {
            lost = Tensors.of(new float[] {1}, 1);
            kept = scope.keep(Tensors.of(new float[] {1, 2, 3}, 3));
        }
        assertThat(lost.isNull()).isTrue();
        assertThat(Tensors.floats(kept)).containsExactly(1, 2, 3);
        kept.close();
        assertThat(kept.isNull()).isTrue();
    }

    @Test
    void innerScopesFreeTheirOwnOnly() {
        try (var outer = Scope.open()) {
            Tensor first = Tensors.of(new float[] {1}, 1);
            Tensor second;
            try (var inner = Scope.open()) {
                second = Tensors.of(new float[] {2}, 1);
            }
            assertThat(second.isNull()).isTrue();
            assertThat(Tensors.value(first)).isEqualTo(1);
        }
    }
}
