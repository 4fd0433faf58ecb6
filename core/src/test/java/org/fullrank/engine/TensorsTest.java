package org.fullrank.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class TensorsTest {
    @Test
    void valuesComeBackAsTheyWentIn() {
        try (var scope = Scope.open()) {
            float[] floats = {0, -0.0f, 1.5f, Float.MIN_VALUE, Float.MAX_VALUE, Float.NaN};
            assertThat(Tensors.floats(Tensors.of(floats, 2, 3))).containsExactly(floats);
            double[] doubles = {Math.PI, -1e300};
            assertThat(Tensors.doubles(Tensors.of(doubles, 2))).containsExactly(doubles);
            int[] ints = {Integer.MIN_VALUE, 0, Integer.MAX_VALUE};
            assertThat(Tensors.longs(Tensors.of(ints))).containsExactly(Integer.MIN_VALUE, 0, Integer.MAX_VALUE);
        }
    }

    @Test
    void valuesAreRowMajorAlsoOfATransposedView() {
        try (var scope = Scope.open()) {
            Tensor t = Tensors.of(new double[][] {{1, 2, 3}, {4, 5, 6}});
            assertThat(Tensors.shape(t)).containsExactly(2, 3);
            assertThat(Tensors.doubles(t.t())).containsExactly(1, 4, 2, 5, 3, 6);
            assertThat(Tensors.floats(t.select(1, 2))).containsExactly(3, 6);
        }
    }

    @Test
    void emptyTensorsAreFine() {
        try (var scope = Scope.open()) {
            assertThat(Tensors.floats(Tensors.of(new float[0], 0, 3))).isEmpty();
            assertThat(Tensors.doubles(Tensors.of(new double[0], 0))).isEmpty();
            assertThat(Tensors.longs(Tensors.of(new int[0]))).isEmpty();
        }
    }

    @Test
    void wrongCountIsRefused() {
        try (var scope = Scope.open()) {
            assertThatThrownBy(() -> Tensors.of(new float[5], 2, 3))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("5 values do not fill a tensor of shape [2, 3]");
            assertThatThrownBy(() -> Tensors.of(new double[7], 2, 3)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void segmentIsTheMemoryItself() {
        try (var scope = Scope.open()) {
            Tensor t = Tensors.of(new float[] {1, 2, 3, 4}, 2, 2);
            Tensors.segment(t).setAtIndex(ValueLayout.JAVA_FLOAT, 2, 9);
            assertThat(Tensors.floats(t)).containsExactly(1, 2, 9, 4);
            assertThat(Tensors.segment(t).byteSize()).isEqualTo(16);
            assertThatThrownBy(() -> Tensors.segment(t.t()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("[2, 2] Float");
        }
    }

    @Test
    void zerosAndCatenation() {
        try (var scope = Scope.open()) {
            Tensor a = Tensors.zeros(Device.CPU, ScalarType.Float, 1, 2);
            Tensor b = Tensors.of(new float[] {1, 2, 3, 4}, 2, 2);
            assertThat(Tensors.floats(Tensors.cat(List.of(a, b)))).containsExactly(0, 0, 1, 2, 3, 4);
        }
    }
}
