package org.fullrank.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.JobException;
import org.fullrank.method.Method;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.Mlp;
import org.fullrank.net.NetworkBuilder;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.view.InputShape;
import org.junit.jupiter.api.Test;

class FineTunerTest {
    private static final InputShape FOUR = new InputShape.Features(4);
    private static final EncoderSpec SPEC = new Mlp(List.of(6), true);

    private static ParameterBuffer network(String place, EncoderSpec spec) {
        var net = new NetworkBuilder(1);
        spec.build(net.in(place), FOUR);
        return net.build(Device.CPU, ScalarType.Float);
    }

    private static FineTuner from(ParameterBuffer start) {
        return new FineTuner(SPEC, FOUR, 2, start, FineTuneProtocol.defaults(), 0);
    }

    @Test
    void anEncoderUnderItsNameIsTaken() {
        try (var start = network(Method.ENCODER, SPEC);
                var tuner = from(start)) {
            assertThat(tuner).isNotNull();
        }
    }

    @Test
    void aNetworkWithoutAPartOfTheEncoderIsRefusedRatherThanLeftRandom() {
        try (var elsewhere = network("backbone", SPEC);
                var wider = network(Method.ENCODER, new Mlp(List.of(7), true));
                var without = network(Method.ENCODER, new Mlp(List.of(6), false))) {
            for (ParameterBuffer start : List.of(elsewhere, wider, without)) {
                assertThatThrownBy(() -> from(start))
                        .isInstanceOf(JobException.class)
                        .hasMessageStartingWith("finetune: found no encoder.");
            }
        }
    }
}
