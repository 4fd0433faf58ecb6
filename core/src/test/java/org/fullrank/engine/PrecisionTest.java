package org.fullrank.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class PrecisionTest {
    private static ScalarType typeOfProduct() {
        Tensor a = Tensors.of(new float[] {1, 2, 3, 4}, 2, 2);
        return a.mm(a).scalar_type().intern();
    }

    @Test
    void productsAreInBfloat16InsideItsStretchOnly() {
        try (var scope = Scope.open()) {
            try (var autocast = Precision.BF16.autocast(Device.CPU)) {
                assertThat(typeOfProduct()).isEqualTo(ScalarType.BFloat16);
            }
            assertThat(typeOfProduct()).isEqualTo(ScalarType.Float);
            try (var autocast = Precision.FP32.autocast(Device.CPU)) {
                assertThat(typeOfProduct()).isEqualTo(ScalarType.Float);
            }
        }
    }

    @Test
    void autoTakesBf16WhereTheProcessorComputesInIt() {
        boolean native16 = Precision.computesBf16(Device.CPU);
        assertThat(Precision.Choice.AUTO.resolve(Device.CPU)).isEqualTo(native16 ? Precision.BF16 : Precision.FP32);
        assertThat(Precision.Choice.AUTO.resolve(Device.CUDA)).isEqualTo(Precision.BF16);
        assertThat(Precision.Choice.FP32.resolve(Device.CPU)).isEqualTo(Precision.FP32);
        if (native16) {
            assertThat(Precision.Choice.BF16.resolve(Device.CPU)).isEqualTo(Precision.BF16);
        } else {
            assertThatThrownBy(() -> Precision.Choice.BF16.resolve(Device.CPU))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("use precision auto or fp32");
        }
    }

    @Test
    void autoTakesADeviceThatIsThere() {
        Natives.load();
        boolean gpu = org.bytedeco.pytorch.global.torch.cuda_is_available();
        assertThat(Device.Choice.AUTO.resolve()).isEqualTo(gpu ? Device.CUDA : Device.CPU);
        assertThat(Device.Choice.CPU.resolve()).isEqualTo(Device.CPU);
        if (!gpu) {
            assertThatThrownBy(Device.Choice.CUDA::resolve)
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("use device auto or cpu");
        }
    }
}
