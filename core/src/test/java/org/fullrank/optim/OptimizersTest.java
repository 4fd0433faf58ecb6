package org.fullrank.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.Mlp;
import org.fullrank.net.NetworkBuilder;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.net.ParameterBuffer.Segment;
import org.fullrank.optim.GroupSpec.Decaying;
import org.fullrank.optim.OptimizerSpec.Lars.Denominator;
import org.fullrank.view.InputShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OptimizersTest {
    private static final int STEPS = 6;

    private record Case(OptimizerSpec spec, NaiveOptimizer naive, GroupSpec groups) {
        Case(OptimizerSpec spec, NaiveOptimizer naive) {
            this(spec, naive, GroupSpec.defaults());
        }

        /// As the definition says, parameter by parameter.
        NaiveOptimizer.Treatment treatment(Segment segment, double rate, double predictorRate) {
            boolean predictor = segment.name().startsWith("predictor.");
            boolean matrix = segment.sizes().size() > 1;
            double own = predictor ? groups.predictorRate() * predictorRate : rate;
            return new NaiveOptimizer.Treatment(
                    matrix ? own : own * groups.vectorRate(),
                    (matrix || groups.decayVectors()) && (predictor || groups.weightDecay() == Decaying.ALL));
        }
    }

    static List<Case> cases() {
        var cases = new ArrayList<>(alike());
        List<GroupSpec> groups = List.of(
                new GroupSpec(10, true, Decaying.ALL, 1),
                new GroupSpec(1, true, Decaying.PREDICTOR, 1),
                new GroupSpec(1, true, Decaying.ALL, 0.024),
                new GroupSpec(0, true, Decaying.PREDICTOR, 3),
                new GroupSpec(1, true, true, Decaying.ALL, true, 1),
                new GroupSpec(2, true, true, Decaying.PREDICTOR, true, 0.5));
        for (Case c : alike()) {
            groups.forEach(g -> cases.add(new Case(c.spec(), c.naive(), g)));
        }
        return cases;
    }

    private static List<Case> alike() {
        return List.of(
                new Case(new OptimizerSpec.Sgd(0.1, 0.9, 0.05), NaiveOptimizer.sgd(0.9, 0.05)),
                new Case(new OptimizerSpec.Sgd(0.1, 0, 0), NaiveOptimizer.sgd(0, 0)),
                new Case(
                        new OptimizerSpec.Adam(0.01, 0.9, 0.999, 1e-8, 0.1),
                        NaiveOptimizer.adam(0.9, 0.999, 1e-8, 0.1)),
                new Case(new OptimizerSpec.Adam(0.01, 0.8, 0.95, 1e-3, 0), NaiveOptimizer.adamW(0.8, 0.95, 1e-3, 0)),
                new Case(
                        new OptimizerSpec.AdamW(0.01, 0.9, 0.999, 1e-8, 0.1),
                        NaiveOptimizer.adamW(0.9, 0.999, 1e-8, 0.1)),
                new Case(new OptimizerSpec.AdamW(0.01, 0.8, 0.95, 1e-3, 0), NaiveOptimizer.adamW(0.8, 0.95, 1e-3, 0)),
                new Case(new OptimizerSpec.Rmsprop(0.01, 0.99, 1e-8, 0.1), NaiveOptimizer.rmsprop(0.99, 1e-8, 0.1)),
                new Case(new OptimizerSpec.Rmsprop(0.01, 0.8, 1e-3, 0), NaiveOptimizer.rmsprop(0.8, 1e-3, 0)),
                new Case(new OptimizerSpec.Muon(0.02, 0.95, 0.1, 0.1), NaiveOptimizer.muon(0.95, 0.1, 0.1)),
                new Case(new OptimizerSpec.Muon(0.3, 0, 0, 2), NaiveOptimizer.muon(0, 0, 2)),
                new Case(
                        new OptimizerSpec.Lars(0.3, 0.9, 0.01, 0.02, false),
                        NaiveOptimizer.lars(0.9, 0.01, 0.02, false)),
                new Case(
                        new OptimizerSpec.Lars(0.3, 0.9, 0.01, 0.02, true), NaiveOptimizer.lars(0.9, 0.01, 0.02, true)),
                new Case(new OptimizerSpec.Lars(0.3, 0.5, 0, 5, true), NaiveOptimizer.lars(0.5, 0, 5, true)),
                new Case(
                        new OptimizerSpec.Lars(0.3, 0.9, 0.5, 0.02, false, Denominator.SUM),
                        NaiveOptimizer.larsOfSums(0.9, 0.5, 0.02, false)),
                new Case(
                        new OptimizerSpec.Lars(0.3, 0.9, 0.5, 0.3, true, Denominator.SUM),
                        NaiveOptimizer.larsOfSums(0.9, 0.5, 0.3, true)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void severalStepsEqualThePlainLoops(Case c) {
        try (var scope = Scope.open();
                var parameters = parameters();
                var optimizer = Optimizer.of(c.spec(), c.groups(), parameters, 1)) {
            double[] w = Tensors.doubles(parameters.values());
            double[][] state = new double[2][w.length];
            for (int step = 0; step < STEPS; step++) {
                double[] g = gradient(step, w.length);
                double rate = c.spec().learningRate() / (1 + step);
                double predictorRate = c.spec().learningRate();
                set(parameters, g);
                optimizer.step(rate, predictorRate, step);
                for (Segment s : parameters.segments()) {
                    c.naive().step(w, g, state, s, c.treatment(s, rate, predictorRate), step);
                }
                assertThat(Tensors.doubles(parameters.values())).containsExactly(w, within(1e-12));
            }
        }
    }

    @Test
    void piecesCoverTheirRangesInOrder() {
        var ranges = List.of(new ParameterRange(0, 20, false, 1, true), new ParameterRange(25, 7, true, 2, false));
        assertThat(ParameterRange.pieces(ranges, 7))
                .containsExactly(
                        new ParameterRange(0, 7, false, 1, true),
                        new ParameterRange(7, 7, false, 1, true),
                        new ParameterRange(14, 6, false, 1, true),
                        new ParameterRange(25, 7, true, 2, false));
        assertThat(ParameterRange.pieces(ranges, Long.MAX_VALUE)).isEqualTo(ranges);
    }

    static List<OptimizerSpec> decaying() {
        return List.of(
                new OptimizerSpec.Sgd(0.1, 0.9, 0.5),
                new OptimizerSpec.Adam(1e-7, 0.9, 0.999, 1e-8, 0.5),
                new OptimizerSpec.AdamW(0.1, 0.9, 0.999, 1e-8, 0.5),
                new OptimizerSpec.Rmsprop(1e-7, 0.99, 1e-8, 0.5),
                new OptimizerSpec.Muon(0.1, 0.9, 0.5, 1),
                new OptimizerSpec.Lars(0.1, 0.9, 0.5, 1, false));
    }

    @ParameterizedTest
    @MethodSource("decaying")
    void decayShrinksMatricesAndLeavesBiasesAndNormsAlone(OptimizerSpec spec) {
        try (var scope = Scope.open();
                var parameters = parameters();
                var optimizer = Optimizer.of(spec, parameters)) {
            double[] before = Tensors.doubles(parameters.values());
            set(parameters, new double[before.length]);
            optimizer.step(spec.learningRate(), 0);
            double[] after = Tensors.doubles(parameters.values());
            for (Segment s : parameters.segments()) {
                for (int i = (int) s.offset(); i < s.offset() + s.count(); i++) {
                    if (s.isMatrix()) {
                        assertThat(Math.abs(after[i])).as(s.name()).isLessThan(Math.abs(before[i]));
                    } else {
                        assertThat(after[i]).as(s.name()).isEqualTo(before[i]);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("decaying")
    void decayShrinksBiasesAndNormsWhereAsked(OptimizerSpec spec) {
        var groups = new GroupSpec(1, true, true, Decaying.ALL, true, 1);
        try (var scope = Scope.open();
                var parameters = parameters();
                var optimizer = Optimizer.of(spec, groups, parameters, 1)) {
            double[] before = Tensors.doubles(parameters.values());
            set(parameters, new double[before.length]);
            optimizer.step(spec.learningRate(), 0);
            double[] after = Tensors.doubles(parameters.values());
            for (int i = 0; i < after.length; i++) {
                assertThat(Math.abs(after[i])).isLessThanOrEqualTo(Math.abs(before[i]));
                assertThat(after[i] == before[i]).isEqualTo(before[i] == 0);
            }
        }
    }

    @Test
    void inASumOfNormsAMatrixWithoutGradientStays() {
        var spec = new OptimizerSpec.Lars(0.5, 0, 0.1, 0.02, true, Denominator.SUM);
        try (var scope = Scope.open();
                var parameters = parameters();
                var optimizer = Optimizer.of(spec, parameters)) {
            double[] before = Tensors.doubles(parameters.values());
            set(parameters, new double[before.length]);
            optimizer.step(0.5, 0);
            assertThat(Tensors.doubles(parameters.values())).containsExactly(before);
        }
    }

    @Test
    void trustIsOneWhereAMatrixOrItsGradientIsZero() {
        try (var scope = Scope.open();
                var parameters = parameters();
                var optimizer = Optimizer.of(new OptimizerSpec.Lars(0.5, 0, 0, 0.001, false), parameters)) {
            double[] w = Tensors.doubles(parameters.values());
            Segment zero = parameters.segments().get(0);
            Segment still = parameters.segments().get(1);
            double[] g = gradient(0, w.length);
            java.util.Arrays.fill(w, (int) zero.offset(), (int) (zero.offset() + zero.count()), 0);
            java.util.Arrays.fill(g, (int) still.offset(), (int) (still.offset() + still.count()), 0);
            try (var off = Gradients.off()) {
                parameters.values().copy_(Tensors.of(w, w.length));
            }
            set(parameters, g);
            optimizer.step(0.5, 0);
            double[] after = Tensors.doubles(parameters.values());
            for (int i = (int) zero.offset(); i < zero.offset() + zero.count(); i++) {
                assertThat(after[i]).isCloseTo(-0.5 * g[i], within(1e-15));
            }
            for (int i = (int) still.offset(); i < still.offset() + still.count(); i++) {
                assertThat(after[i]).isEqualTo(w[i]);
            }
        }
    }

    /// Restoring is copying into the vectors of the state: nothing else may be remembered.
    @ParameterizedTest
    @MethodSource("cases")
    void theStateIsAllThatAnOptimizerRemembers(Case c) {
        try (var scope = Scope.open();
                var one = parameters();
                var two = parameters();
                var first = Optimizer.of(c.spec(), c.groups(), one, 1);
                var second = Optimizer.of(c.spec(), c.groups(), two, 1)) {
            int count = (int) one.values().numel();
            for (int step = 0; step < 3; step++) {
                set(one, gradient(step, count));
                first.step(0.01, step);
            }
            try (var off = Gradients.off()) {
                two.values().copy_(one.values());
                second.state()
                        .forEach((name, vector) -> vector.copy_(first.state().get(name)));
            }
            set(one, gradient(3, count));
            set(two, gradient(3, count));
            first.step(0.01, 3);
            second.step(0.01, 3);
            assertThat(Tensors.doubles(two.values())).containsExactly(Tensors.doubles(one.values()));
        }
    }

    static List<Supplier<OptimizerSpec>> wrong() {
        return List.of(
                () -> new OptimizerSpec.Sgd(0, 0.9, 0),
                () -> new OptimizerSpec.Sgd(Double.NaN, 0.9, 0),
                () -> new OptimizerSpec.Sgd(0.1, 1, 0),
                () -> new OptimizerSpec.Sgd(0.1, 0.9, -1e-4),
                () -> new OptimizerSpec.Adam(0, 0.9, 0.9, 1e-8, 0),
                () -> new OptimizerSpec.Adam(0.1, 1, 0.9, 1e-8, 0),
                () -> new OptimizerSpec.Adam(0.1, 0.9, 0.9, -1, 0),
                () -> new OptimizerSpec.Adam(0.1, 0.9, 0.9, 1e-8, Double.NaN),
                () -> new OptimizerSpec.AdamW(0.1, -0.1, 0.9, 1e-8, 0),
                () -> new OptimizerSpec.AdamW(0.1, 0.9, 1, 1e-8, 0),
                () -> new OptimizerSpec.AdamW(0.1, 0.9, 0.9, 0, 0),
                () -> new OptimizerSpec.Rmsprop(-1, 0.9, 1e-8, 0),
                () -> new OptimizerSpec.Rmsprop(0.1, 1, 1e-8, 0),
                () -> new OptimizerSpec.Rmsprop(0.1, 0.9, 0, 0),
                () -> new OptimizerSpec.Rmsprop(0.1, 0.9, 1e-8, -1),
                () -> new OptimizerSpec.Lars(Double.POSITIVE_INFINITY, 0.9, 0, 1e-3, false),
                () -> new OptimizerSpec.Lars(0.1, 0.9, 0, 0, false));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void impossibleNumbersAreRefused(Supplier<OptimizerSpec> spec) {
        assertThatThrownBy(spec::get)
                .isInstanceOf(InputException.class)
                .message()
                .contains("found", "expected")
                .doesNotContain("\n");
    }

    @Test
    void predictorThatDoesNotDecayKeepsItsRateAfterTheWarmUp() {
        var schedule = new ScheduleSpec.Cosine(2, 0.001, true);
        ScheduleSpec predictor = new GroupSpec(1, false, Decaying.ALL, 1).predictor(schedule);
        for (long step : new long[] {0, 5, 19}) {
            assertThat(predictor.rate(0.3, 256, step, 10, 100)).isEqualTo(schedule.rate(0.3, 256, step, 10, 100));
        }
        for (long step : new long[] {20, 50, 99}) {
            assertThat(predictor.rate(0.3, 256, step, 10, 100)).isEqualTo(0.3);
        }
        assertThat(GroupSpec.defaults().predictor(schedule)).isEqualTo(schedule);
        var fixed = new GroupSpec(1, false, false, Decaying.ALL, false, 1);
        assertThat(fixed.needsPredictor()).isTrue();
        for (long step : new long[] {0, 5, 50, 99}) {
            assertThat(fixed.predictor(schedule).rate(0.3, 256, step, 10, 100)).isEqualTo(0.3);
            assertThat(fixed.predictor(ScheduleSpec.Step.defaults()).rate(0.3, 256, step, 1, 100))
                    .isEqualTo(0.3);
        }
    }

    @Test
    void byDefaultOneOperationCoversAllNeighborsThatAreTreatedAlike() {
        try (var parameters = parameters()) {
            List<ParameterRange> ranges = ParameterRange.of(parameters, GroupSpec.defaults());
            assertThat(ranges).hasSize(4);
            assertThat(ranges.stream().mapToLong(ParameterRange::count).sum())
                    .isEqualTo(parameters.values().numel());
        }
    }

    @Test
    void aRefusalNamesTheLimitThatItChecks() {
        assertThatThrownBy(() -> new OptimizerSpec.AdamW(1e6, 0.9, 0.999, 1e-8, 0))
                .isInstanceOf(InputException.class)
                .hasMessage("learningRate: found 1000000.0, expected a positive number below 1e6");
    }

    @Test
    void ratesBelowZeroAreRefused() {
        assertThatThrownBy(() -> new GroupSpec(-1, true, Decaying.ALL, 1))
                .isInstanceOf(InputException.class)
                .hasMessage("predictorRate: found -1.0, expected 0 or a positive number below 1e6");
        assertThatThrownBy(() -> new GroupSpec(1, true, Decaying.ALL, Double.NaN))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("vectorRate: found NaN");
    }

    /// Two linear layers with norms between them, and as many of a predictor: matrices, biases and norms.
    private static ParameterBuffer parameters() {
        var builder = new NetworkBuilder(3);
        new Mlp(List.of(4, 3), true).build(builder, new InputShape.Features(5));
        new Mlp(List.of(4, 3), true).build(builder.in(GroupSpec.PREDICTOR), new InputShape.Features(3));
        return builder.build(Device.CPU, ScalarType.Double);
    }

    private static double[] gradient(int step, int count) {
        var random = Keyed.of(11, step);
        double[] g = new double[count];
        for (int i = 0; i < count; i++) {
            g[i] = random.nextGaussian();
        }
        return g;
    }

    private static void set(ParameterBuffer parameters, double[] gradient) {
        try (var off = Gradients.off()) {
            parameters.gradients().copy_(Tensors.of(gradient, gradient.length));
        }
    }
}
