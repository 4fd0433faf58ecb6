package org.fullrank.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.NetworkBuilder;
import org.fullrank.net.Networks;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.net.ParameterBuffer.Segment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each optimiser against its definition written with loops over float64 numbers.
class OptimizerTest {
    private static final int STEPS = 6;
    private static final double RATE = 0.1;

    static List<OptimizerSpec> specs() {
        return List.of(
                new OptimizerSpec.Sgd(RATE, 0.9, 0.01),
                new OptimizerSpec.Sgd(RATE, 0, 0),
                new OptimizerSpec.AdamW(RATE, 0.9, 0.99, 1e-8, 0.05),
                new OptimizerSpec.Lars(RATE, 0.9, 0.02, 0.1, false),
                new OptimizerSpec.Lars(RATE, 0.9, 0.02, 0.02, true));
    }

    @ParameterizedTest
    @MethodSource("specs")
    void stepsEqualTheDefinition(OptimizerSpec spec) {
        var net = new NetworkBuilder(7);
        Networks.encoder(net, new EncoderSpec.Mlp(List.of(4, 3), true), 5);
        try (var scope = Scope.open();
                var parameters = net.build(Device.CPU, ScalarType.Double);
                var optimizer = Optimizer.of(spec, parameters)) {
            double[] values = Tensors.doubles(parameters.values());
            double[][] state = new double[2][values.length];
            for (int step = 0; step < STEPS; step++) {
                double[] gradient = gradient(step, values.length);
                try (var off = Gradients.off()) {
                    parameters.gradients().copy_(Tensors.of(gradient, gradient.length));
                }
                double rate = RATE * (step + 1);
                optimizer.step(rate, step);
                naive(spec, parameters, values, gradient, state, rate, step);
                double[] found = Tensors.doubles(parameters.values());
                for (int i = 0; i < values.length; i++) {
                    assertThat(found[i]).isCloseTo(values[i], within(1e-12));
                }
            }
        }
    }

    private static void naive(
            OptimizerSpec spec,
            ParameterBuffer parameters,
            double[] w,
            double[] g,
            double[][] state,
            double rate,
            int step) {
        for (Segment segment : parameters.segments()) {
            int begin = Math.toIntExact(segment.offset());
            int end = begin + Math.toIntExact(segment.count());
            boolean matrix = segment.sizes().size() > 1;
            switch (spec) {
                case OptimizerSpec.Sgd s -> {
                    for (int i = begin; i < end; i++) {
                        double decayed = g[i] + (matrix ? s.weightDecay() * w[i] : 0);
                        state[0][i] = s.momentum() * state[0][i] + decayed;
                        w[i] -= rate * state[0][i];
                    }
                }
                case OptimizerSpec.Lars s -> {
                    double trust = matrix ? trust(s, w, g, begin, end, rate) : 1;
                    for (int i = begin; i < end; i++) {
                        double decayed = g[i] + (matrix ? s.weightDecay() * w[i] : 0);
                        state[0][i] = s.momentum() * state[0][i] + trust * decayed;
                        w[i] -= rate * state[0][i];
                    }
                }
                case OptimizerSpec.AdamW s -> {
                    for (int i = begin; i < end; i++) {
                        state[0][i] = s.beta1() * state[0][i] + (1 - s.beta1()) * g[i];
                        state[1][i] = s.beta2() * state[1][i] + (1 - s.beta2()) * g[i] * g[i];
                        double m = state[0][i] / (1 - Math.pow(s.beta1(), step + 1));
                        double v = state[1][i] / (1 - Math.pow(s.beta2(), step + 1));
                        w[i] -= (matrix ? rate * s.weightDecay() * w[i] : 0) + rate * m / (Math.sqrt(v) + s.epsilon());
                    }
                }
            }
        }
    }

    private static double trust(OptimizerSpec.Lars s, double[] w, double[] g, int begin, int end, double rate) {
        double ww = 0;
        double gg = 0;
        for (int i = begin; i < end; i++) {
            ww += w[i] * w[i];
            gg += Math.pow(g[i] + s.weightDecay() * w[i], 2);
        }
        if (ww == 0 || gg == 0) {
            return 1;
        }
        double trust = s.eta() * Math.sqrt(ww / gg);
        return s.clip() ? Math.min(trust / rate, 1) : trust;
    }

    private static double[] gradient(int step, int count) {
        var random = Keyed.of(11, step);
        double[] gradient = new double[count];
        for (int i = 0; i < count; i++) {
            gradient[i] = random.nextGaussian();
        }
        return gradient;
    }

    @Test
    void theRateRisesThenFallsAlongACosine() {
        var schedule = new ScheduleSpec(2, 0.001, true);
        double peak = 0.3 * 512 / 256;
        double before = 0;
        for (long step = 0; step < 20; step++) {
            double rate = schedule.rate(0.3, 512, step, 10, 100);
            assertThat(rate).isGreaterThan(before).isLessThan(peak);
            before = rate;
        }
        assertThat(schedule.rate(0.3, 512, 20, 10, 100)).isCloseTo(peak, within(1e-12));
        assertThat(schedule.rate(0.3, 512, 60, 10, 100)).isCloseTo(peak * (0.5 + 0.0005), within(1e-12));
        assertThat(schedule.rate(0.3, 512, 100, 10, 100)).isCloseTo(peak * 0.001, within(1e-12));
        assertThat(new ScheduleSpec(0, 0, false).rate(0.3, 512, 0, 10, 100)).isEqualTo(0.3);
    }

    @Test
    void impossibleSettingsAreNamed() {
        assertThatThrownBy(() -> new OptimizerSpec.Sgd(-1, 0.9, 0))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("learningRate: found -1.0");
        assertThatThrownBy(() -> new OptimizerSpec.Lars(0.1, 1, 0, 0.02, true))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("momentum: found 1.0");
        assertThatThrownBy(() -> new ScheduleSpec(Double.NaN, 0, true)).isInstanceOf(InputException.class);
    }
}
