package org.fullrank.method;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.NetworkBuilder;
import org.fullrank.net.Parameter;
import org.fullrank.objective.Regression;
import org.fullrank.optim.GroupSpec;
import org.fullrank.optim.Optimizer;
import org.fullrank.optim.OptimizerSpec;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which linear predictors keep the modes of one matrix alive (Tian, Chen, Ganguli 2021): cosines, weight
/// decay, no slow target, a predictor that learns ten times slower than the matrix, whose inputs are a
/// Gaussian with as much noise.
///
/// The collapse is of modes, not of all: a symmetric predictor has about as many negative as positive
/// eigenvalues at the start, and shrinks the modes of the negative ones to nothing before they turn
/// positive. A free one turns them in time, but leaves them small; the one that is set has no negative
/// eigenvalue. With a predictor as fast as the matrix, or a rate three times as large, the free one loses
/// modes too.
class LinearCollapseTest {
    private static final int FEATURES = 8;
    private static final int WIDTH = 6;
    private static final int ROWS = 32;
    private static final int STEPS = 400;
    private static final double RATE = 0.1;
    private static final OptimizerSpec OPTIMIZER = new OptimizerSpec.Sgd(RATE, 0, 0.05);
    private static final GroupSpec SLOW_PREDICTOR = new GroupSpec(0.1, true, GroupSpec.Decaying.ALL, 1);
    private static final Method.Setting SETTING = new Method.Setting(Device.CPU, Precision.FP32, ScalarType.Double);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void symmetricPredictorLosesModesThatFreeAndSetOnesKeep(long seed) {
        double[] symmetric = spectrumAfter(new PredictorSpec.Linear(true, false), seed);
        double[] free = spectrumAfter(new PredictorSpec.Linear(false, false), seed);
        double[] set = spectrumAfter(PredictorSpec.DirectSet.defaults(), seed);
        assertThat(alive(symmetric)).isLessThanOrEqualTo(WIDTH - 2);
        assertThat(alive(free)).isEqualTo(WIDTH);
        assertThat(alive(set)).isEqualTo(WIDTH);
        assertThat(participation(set)).isGreaterThan(4).isGreaterThan(1.3 * participation(free));
    }

    private static long alive(double[] spectrum) {
        double largest = spectrum[spectrum.length - 1];
        return Arrays.stream(spectrum).filter(s -> s > 1e-8 * largest).count();
    }

    private static double participation(double[] spectrum) {
        double sum = Arrays.stream(spectrum).sum();
        return sum * sum / Arrays.stream(spectrum).map(s -> s * s).sum();
    }

    /// The eigenvalues of W W', ascending, for the matrix W that was trained.
    private static double[] spectrumAfter(PredictorSpec spec, long seed) {
        var net = new NetworkBuilder(seed);
        Parameter w = net.weight("weight", FEATURES, WIDTH, FEATURES);
        Predictor predictor = Predictor.of(net.in(GroupSpec.PREDICTOR), spec, WIDTH, SETTING);
        try (var scope = Scope.open();
                var parameters = net.build(SETTING.device(), SETTING.type());
                var optimizer = Optimizer.of(OPTIMIZER, SLOW_PREDICTOR, parameters, 1)) {
            for (int step = 0; step < STEPS; step++) {
                try (var inner = Scope.open()) {
                    parameters.clearGradients();
                    List<Tensor> z = List.of(
                            view(seed, step, 1).mm(w.tensor().t()),
                            view(seed, step, 2).mm(w.tensor().t()));
                    List<Tensor> targets = z.stream().map(Tensor::detach).toList();
                    List<Tensor> p = predictor.predict(z, targets, step);
                    Regression cosine = Regression.Cosine.defaults();
                    cosine.evaluate(z.getFirst(), p.getFirst(), targets.getLast())
                            .total()
                            .add(cosine.evaluate(z.getLast(), p.getLast(), targets.getFirst())
                                    .total())
                            .backward();
                    optimizer.step(RATE, step);
                    predictor.stepped(step);
                }
            }
            try (var off = Gradients.off()) {
                return Tensors.doubles(
                        SymmetricEigen.of(w.tensor().mm(w.tensor().t())).values());
            }
        }
    }

    private static Tensor view(long seed, long step, long view) {
        double[] values = new double[ROWS * FEATURES];
        var shared = Keyed.of(seed, step);
        var own = Keyed.of(seed, step, view);
        for (int i = 0; i < values.length; i++) {
            values[i] = shared.nextGaussian() + own.nextGaussian();
        }
        return Tensors.of(values, ROWS, FEATURES);
    }
}
