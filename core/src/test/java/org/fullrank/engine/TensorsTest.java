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
    void numbersComeBackAsTheyWentIn() {
        float[] odd = {0f, -0f, Float.MIN_VALUE, Float.MAX_VALUE, Float.NEGATIVE_INFINITY, 0.1f};
        double[] wide = {0.1, -1e300, Double.MIN_VALUE, 1 / 3.0};
        try (var scope = Scope.open()) {
            assertThat(Tensors.floats(Tensors.of(odd, 2, 3))).containsExactly(odd);
            assertThat(Tensors.shape(Tensors.of(odd, 2, 3))).containsExactly(2, 3);
            assertThat(Tensors.doubles(Tensors.of(wide, 4))).containsExactly(wide);
            assertThat(Tensors.longs(Tensors.of(new int[] {3, -1, Integer.MAX_VALUE})))
                    .containsExactly(3, -1, Integer.MAX_VALUE);
            assertThat(Tensors.doubles(Tensors.of(new double[][] {{1, 2, 3}, {4, 5, 6}})))
                    .containsExactly(1, 2, 3, 4, 5, 6);
            assertThat(Tensors.floats(Tensors.of(new float[] {7}, 1).requires_grad_(true)))
                    .containsExactly(7);
        }
    }

    @Test
    void aTransposedTensorIsReadInItsOwnOrder() {
        try (var scope = Scope.open()) {
            Tensor t = Tensors.of(new double[][] {{1, 2, 3}, {4, 5, 6}}).t();
            assertThat(Tensors.doubles(t)).containsExactly(1, 4, 2, 5, 3, 6);
            assertThat(Tensors.floats(t)).containsExactly(1, 4, 2, 5, 3, 6);
            assertThatThrownBy(() -> Tensors.segment(t))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("[3, 2]");
        }
    }

    @Test
    void nothingIsANumberOfValuesToo() {
        try (var scope = Scope.open()) {
            assertThat(Tensors.floats(Tensors.of(new float[0], 0, 3))).isEmpty();
            assertThat(Tensors.doubles(Tensors.of(new double[0], 3, 0))).isEmpty();
            assertThat(Tensors.doubles(Tensors.of(new double[0][]))).isEmpty();
            assertThat(Tensors.longs(Tensors.of(new int[0]))).isEmpty();
            assertThat(Tensors.segment(Tensors.of(new float[0], 0)).byteSize()).isZero();
        }
    }

    @Test
    void valuesThatDoNotFillTheShapeAreRefused() {
        try (var scope = Scope.open()) {
            assertThatThrownBy(() -> Tensors.of(new float[5], 2, 3))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("5 values do not fill a tensor of shape [2, 3]");
            assertThatThrownBy(() -> Tensors.of(new double[7], 2, 3)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Tensors.of(new double[][] {{1, 2}, {3}}))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Tensors.of(new double[][] {{1}, {2, 3}}))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aSegmentIsTheMemoryItself() {
        try (var scope = Scope.open()) {
            Tensor t = Tensors.of(new float[] {1, 2}, 2);
            Tensors.segment(t).setAtIndex(ValueLayout.JAVA_FLOAT, 1, 9);
            assertThat(Tensors.floats(t)).containsExactly(1, 9);
            assertThat(Tensors.segment(t).byteSize()).isEqualTo(8);
        }
    }

    @Test
    void rowsFollowOneAnother() {
        try (var scope = Scope.open()) {
            Tensor all = Tensors.cat(
                    List.of(Tensors.of(new float[] {1, 2}, 1, 2), Tensors.of(new float[] {3, 4, 5, 6}, 2, 2)));
            assertThat(Tensors.shape(all)).containsExactly(3, 2);
            assertThat(Tensors.floats(all)).containsExactly(1, 2, 3, 4, 5, 6);
        }
    }

    @Test
    void gradientsFlowBackFromAGivenGradient() {
        try (var scope = Scope.open()) {
            Tensor x = Tensors.of(new double[] {1, 2, 3}, 3).requires_grad_(true);
            Tensors.backward(x.mul(x), Tensors.of(new double[] {1, 10, 100}, 3));
            assertThat(Tensors.doubles(x.grad())).containsExactly(2, 40, 600);
        }
    }

    @Test
    void recordingIsSwitchedBackWhenClosed() {
        try (var scope = Scope.open()) {
            Tensor x = Tensors.of(new double[] {1}, 1).requires_grad_(true);
            try (var off = Gradients.off()) {
                assertThat(x.mul(x).requires_grad()).isFalse();
                try (var on = Gradients.on()) {
                    assertThat(x.mul(x).requires_grad()).isTrue();
                }
                assertThat(x.mul(x).requires_grad()).isFalse();
            }
            assertThat(x.mul(x).requires_grad()).isTrue();
        }
    }

    @Test
    void shapeAndTypeAreSaidInWords() {
        try (var scope = Scope.open()) {
            assertThat(Tensors.describe(Tensors.zeros(Device.CPU, ScalarType.Float, 256, 128)))
                    .isEqualTo("[256, 128] Float");
        }
    }
}
