package org.fullrank.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class PrecisionTest {
    @Test
    void autoIsBf16ExactlyWhereTheProcessorComputesInIt() {
        assertThat(Precision.Choice.FP32.resolve(Device.CPU)).isEqualTo(Precision.FP32);
        assertThat(Precision.Choice.AUTO.resolve(Device.CPU))
                .isEqualTo(Precision.computesBf16(Device.CPU) ? Precision.BF16 : Precision.FP32);
    }

    @Test
    void bf16IsRefusedWhereItWouldBeEmulated() {
        assumeFalse(Precision.computesBf16(Device.CPU), "this processor computes in bf16");
        assertThatThrownBy(() -> Precision.Choice.BF16.resolve(Device.CPU))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("use precision auto or fp32")
                .hasMessageNotContaining("\n");
    }

    @Test
    void autocastHoldsUntilClosed() {
        try (var scope = Scope.open()) {
            Tensor a = Tensors.of(new float[] {1, 2, 3, 4}, 2, 2);
            try (var autocast = Precision.BF16.autocast(Device.CPU)) {
                assertThat(a.matmul(a).scalar_type().intern()).isEqualTo(ScalarType.BFloat16);
            }
            assertThat(a.matmul(a).scalar_type().intern()).isEqualTo(ScalarType.Float);
            try (var none = Precision.FP32.autocast(Device.CPU)) {
                assertThat(a.matmul(a).scalar_type().intern()).isEqualTo(ScalarType.Float);
            }
        }
    }
}
