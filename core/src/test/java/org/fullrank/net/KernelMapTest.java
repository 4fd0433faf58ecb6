package org.fullrank.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.method.Method;
import org.fullrank.method.MethodSpec;
import org.fullrank.spectral.Kernel;
import org.fullrank.spectral.LandmarkChoice;
import org.fullrank.spectral.RelationSpec;
import org.fullrank.spectral.SpectralObjective;
import org.fullrank.view.InputShape;
import org.junit.jupiter.api.Test;

/// The encoders that a closed form fits.
class KernelMapTest {
    private static final InputShape PAIRS = new InputShape.Features(2);
    private static final MethodSpec CLOSED_FORM = new MethodSpec.ClosedForm(
            new SpectralObjective.Contrastive(), new RelationSpec.Labels(), false, LandmarkChoice.LEVERAGE, 1e-10);
    private static final Method.Setting SETTING = Method.Setting.of(Device.CPU, Precision.FP32);

    private static Method map(EncoderSpec encoder) {
        return Method.of(CLOSED_FORM, encoder, PAIRS, 1, SETTING);
    }

    @Test
    void aKernelMapIsLinearInTheKernelValues() {
        try (var scope = Scope.withoutGradients();
                Method method = map(new KernelMap(new Kernel.Rbf(2), 3, 2))) {
            ParameterBuffer buffer = method.parameters();
            assertThat(buffer.segments().stream().map(s -> s.name() + " " + s.sizes()))
                    .containsExactly("encoder.landmarks [3, 2]", "encoder.coefficients [3, 2]", "encoder.offset [2]");
            double[][] landmarks = {{0, 0}, {1, 0}, {0, 2}};
            double[][] coefficients = {{1, 0}, {-2, 1}, {.5, 3}};
            double[] offset = {.25, -1};
            buffer.segments().get(0).view(buffer.values()).copy_(Tensors.of(landmarks));
            buffer.segments().get(1).view(buffer.values()).copy_(Tensors.of(coefficients));
            buffer.segments().get(2).view(buffer.values()).copy_(Tensors.of(offset, 2));
            double[] x = {.5, -1.5};
            Tensor z = method.encode(Tensors.of(new float[] {.5f, -1.5f}, 1, 2), Mode.EVALUATE);
            assertThat(z.scalar_type().intern()).isEqualTo(ScalarType.Float);
            for (int k = 0; k < 2; k++) {
                double expected = -offset[k];
                for (int m = 0; m < 3; m++) {
                    double distance = Math.hypot(x[0] - landmarks[m][0], x[1] - landmarks[m][1]);
                    expected += coefficients[m][k] * Math.exp(-distance * distance / 8);
                }
                assertThat(Tensors.doubles(z.to(ScalarType.Double))[k]).isCloseTo(expected, within(1e-6));
            }
        }
    }

    /// Landmarks of photos are millions of numbers, so memory that nothing uses matters.
    @Test
    void aMapThatIsFittedHasNoGradients() {
        for (EncoderSpec encoder : List.of(new KernelMap(new Kernel.Rbf(2), 3, 2), new LinearMap(2))) {
            try (Method method = map(encoder)) {
                ParameterBuffer buffer = method.parameters();
                assertThat(buffer.gradients().numel()).isZero();
                assertThat(buffer.values().requires_grad()).isFalse();
            }
        }
        try (var scope = Scope.withoutGradients();
                Method method = map(new KernelMap(new Kernel.Rbf(2), 3, 2))) {
            assertThat(Tensors.doubles(method.parameters().values()))
                    .containsExactly(1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0);
        }
    }

    @Test
    void anItemOfZerosIsRefusedWhereItHasNoAngle() {
        try (var scope = Scope.withoutGradients();
                Method method = map(new KernelMap(new Kernel.Ntk(), 3, 2))) {
            assertThatThrownBy(() -> method.encode(Tensors.of(new float[4], 2, 2), Mode.EVALUATE))
                    .isInstanceOf(InputException.class)
                    .hasMessage(
                            "encoder: found an item of zeros, which has no angle under kernel ntk; leave it out or use"
                                    + " arc-cosine:1");
        }
    }

    @Test
    void aKernelMapIsFittedAndALinearMapAlsoTrained() {
        var fitted = new KernelMap(new Kernel.Rbf(2), 3, 2);
        for (MethodSpec trained : List.of(MethodSpec.Joint.defaults(), MethodSpec.Local.defaults())) {
            assertThatThrownBy(() -> trained.requireTrains(fitted))
                    .isInstanceOf(InputException.class)
                    .hasMessageStartingWith("method: found a method that is trained with an encoder kernel-map");
            trained.requireTrains(LinearMap.defaults());
        }
        CLOSED_FORM.requireTrains(fitted);
        CLOSED_FORM.requireTrains(LinearMap.defaults());
        assertThatThrownBy(() -> CLOSED_FORM.requireTrains(Mlp.defaults()))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("method: found closed-form with another encoder");
        try (Method method = map(fitted)) {
            assertThatThrownBy(() -> method.learn(List.of(), 1, 0))
                    .isInstanceOf(InputException.class)
                    .hasMessageStartingWith("method closed-form: found a training step, expected none");
        }
    }

    @Test
    void sizesAreChecked() {
        assertThatThrownBy(() -> new KernelMap(new Kernel.Linear(), 0, 2))
                .hasMessage("landmarks: found 0, expected 1 to 65536");
        assertThatThrownBy(() -> new LinearMap(0)).hasMessage("features: found 0, expected 1 to 65536");
    }
}
