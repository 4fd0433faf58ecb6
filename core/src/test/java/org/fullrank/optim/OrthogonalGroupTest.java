package org.fullrank.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.LowRank;
import org.fullrank.linalg.Orthogonal;
import org.fullrank.linalg.OrthogonalUpdate;
import org.fullrank.linalg.RankSampler;
import org.fullrank.net.Mlp;
import org.fullrank.net.NetworkBuilder;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.net.ParameterBuffer.Segment;
import org.fullrank.view.InputShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OrthogonalGroupTest {
    private static final int SIZE = 5;
    private static final String FIRST = "0.weight";
    private static final String SECOND = "2.weight";

    private record Case(OptimizerSpec spec, NaiveOptimizer naive) {}

    static List<Case> cases() {
        return List.of(
                new Case(new OptimizerSpec.Sgd(0.1, 0.9, 0.5), NaiveOptimizer.sgd(0.9, 0)),
                new Case(new OptimizerSpec.Adam(0.01, 0.9, 0.999, 1e-8, 0.5), NaiveOptimizer.adam(0.9, 0.999, 1e-8, 0)),
                new Case(
                        new OptimizerSpec.AdamW(0.01, 0.9, 0.999, 1e-8, 0.5), NaiveOptimizer.adam(0.9, 0.999, 1e-8, 0)),
                new Case(new OptimizerSpec.Rmsprop(0.01, 0.99, 1e-8, 0.5), NaiveOptimizer.rmsprop(0.99, 1e-8, 0)),
                new Case(new OptimizerSpec.Lars(0.1, 0.9, 0.5, 0.02, false), NaiveOptimizer.sgd(0.9, 0)));
    }

    /// At full rank the approximation is exact: the update of what plain loops would add, without weight decay.
    @ParameterizedTest
    @MethodSource("cases")
    void aStepIsTheUpdateOfWhatTheOptimizerWouldAdd(Case c) {
        var step = new OrthogonalStep(OrthogonalUpdate.GEODESIC, SIZE, 0.5, RankSampler.Sketch.defaults());
        var groups = GroupSpec.defaults().withOrthogonal(List.of(FIRST), step);
        try (var scope = Scope.open();
                var parameters = started(groups, ScalarType.Double);
                var optimizer = Optimizer.of(c.spec(), groups, parameters, 1)) {
            Segment matrix = segment(parameters, FIRST);
            double[][] state = new double[2][(int) parameters.values().numel()];
            for (int i = 0; i < 6; i++) {
                Tensor u = matrix.view(parameters.values()).clone();
                double[] g = gradient(i, state[0].length);
                double[] added = new double[g.length];
                c.naive().step(added, g, state, matrix, new NaiveOptimizer.Treatment(0.1, true), i);
                Tensor change = matrix.view(Tensors.of(added, added.length)).mul(Tensors.scalar(0.5));
                OrthogonalUpdate.GEODESIC.apply(u, new LowRank(change, torch.eye(SIZE, change.options())));
                set(parameters, g);
                optimizer.step(0.1, i);
                assertThat(values(parameters, matrix)).containsExactly(Tensors.doubles(u), within(1e-11));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void otherParametersMoveAsWithoutTheGroup(Case c) {
        var groups = GroupSpec.defaults().withOrthogonal(List.of(FIRST), OrthogonalStep.defaults());
        try (var scope = Scope.open();
                var parameters = started(groups, ScalarType.Double);
                var others = started(groups, ScalarType.Double);
                var optimizer = Optimizer.of(c.spec(), groups, parameters, 1);
                var plain = Optimizer.of(c.spec(), others)) {
            for (int i = 0; i < 4; i++) {
                set(parameters, gradient(i, (int) parameters.values().numel()));
                set(others, gradient(i, (int) parameters.values().numel()));
                optimizer.step(0.1, i);
                plain.step(0.1, i);
            }
            for (Segment s : parameters.segments()) {
                if (s.name().equals(FIRST)) {
                    assertThat(values(parameters, s)).isNotEqualTo(values(others, s));
                } else {
                    assertThat(values(parameters, s)).containsExactly(values(others, s));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void withoutGradientNothingMoves(Case c) {
        var groups = GroupSpec.defaults().withOrthogonal(List.of(FIRST), OrthogonalStep.defaults());
        try (var scope = Scope.open();
                var parameters = started(groups, ScalarType.Double);
                var optimizer = Optimizer.of(c.spec(), groups, parameters, 1)) {
            double[] before = values(parameters, segment(parameters, FIRST));
            set(parameters, new double[(int) parameters.values().numel()]);
            optimizer.step(0.1, 0);
            assertThat(values(parameters, segment(parameters, FIRST))).containsExactly(before, within(1e-15));
        }
    }

    /// Restoring is copying into the vectors of the state: nothing else may be remembered.
    @ParameterizedTest
    @MethodSource("cases")
    void theStateIsAllThatIsRemembered(Case c) {
        for (RankSampler sampler : List.of(new RankSampler.Sketch(1), new RankSampler.Columns(1))) {
            var step = new OrthogonalStep(OrthogonalUpdate.PROJECTION, 2, 1, sampler);
            var groups = GroupSpec.defaults().withOrthogonal(List.of(SECOND, FIRST), step);
            try (var scope = Scope.open();
                    var one = started(groups, ScalarType.Float);
                    var two = started(groups, ScalarType.Float);
                    var first = Optimizer.of(c.spec(), groups, one, 1);
                    var second = Optimizer.of(c.spec(), groups, two, 1)) {
                int count = (int) one.values().numel();
                for (int i = 0; i < 3; i++) {
                    set(one, gradient(i, count));
                    first.step(0.01, i);
                }
                try (var off = Gradients.off()) {
                    two.values().copy_(one.values());
                    second.state()
                            .forEach(
                                    (name, vector) -> vector.copy_(first.state().get(name)));
                }
                for (int i = 3; i < 8; i++) {
                    set(one, gradient(i, count));
                    set(two, gradient(i, count));
                    first.step(0.01, i);
                    second.step(0.01, i);
                }
                assertThat(Tensors.floats(two.values())).containsExactly(Tensors.floats(one.values()));
            }
        }
    }

    @Test
    void theGroupStaysOrthogonalInSinglePrecision() {
        for (OrthogonalUpdate update : OrthogonalUpdate.values()) {
            var groups = GroupSpec.defaults()
                    .withOrthogonal(List.of(FIRST), new OrthogonalStep(update, 2, 1, RankSampler.Sketch.defaults()));
            try (var scope = Scope.open();
                    var parameters = started(groups, ScalarType.Float);
                    var optimizer = Optimizer.of(new OptimizerSpec.Sgd(0.1, 0.9, 0), groups, parameters, 1)) {
                int sign = sign(parameters);
                for (int i = 0; i < 2000; i++) {
                    set(parameters, gradient(i, (int) parameters.values().numel()));
                    optimizer.step(0.1, i);
                }
                assertThat(Orthogonal.error(segment(parameters, FIRST).view(parameters.values())))
                        .isLessThan(3e-6);
                assertThat(sign(parameters)).isEqualTo(sign);
            }
        }
    }

    private static int sign(ParameterBuffer parameters) {
        return Orthogonal.sign(segment(parameters, FIRST).view(parameters.values()));
    }

    @Test
    void theStartIsDrawnFromSeedAndNameUnlessItIsOrthogonal() {
        var groups = GroupSpec.defaults().withOrthogonal(List.of(FIRST, SECOND), OrthogonalStep.defaults());
        try (var scope = Scope.open();
                var one = parameters(ScalarType.Double);
                var two = parameters(ScalarType.Double)) {
            var group = OrthogonalGroup.of(groups, one);
            assertThat(group.start(List.of(one, two), 3)).containsExactly(FIRST, SECOND);
            assertThat(Tensors.doubles(two.values())).containsExactly(Tensors.doubles(one.values()));
            double[] first = values(one, segment(one, FIRST));
            assertThat(first).isNotEqualTo(values(one, segment(one, SECOND)));
            assertThat(group.start(List.of(one), 4)).isEmpty();
            assertThat(values(one, segment(one, FIRST))).containsExactly(first);
            assertThat(group.describe(one)).allMatch(line -> line.matches("\\d.weight \\[5, 5] with determinant -?1"));
            segment(two, FIRST).view(two.values()).mul_(Tensors.scalar(2));
            assertThat(group.restore(two)).containsExactly(FIRST);
            assertThat(values(two, segment(two, FIRST))).containsExactly(first, within(1e-14));
        }
    }

    @Test
    void aGroupThatCannotBeIsRefused() {
        try (var scope = Scope.open();
                var parameters = parameters(ScalarType.Double)) {
            refused(() -> of(parameters, 1, "3.weight"), "found no parameter 3.weight", "such as 0.weight, 2.weight");
            refused(() -> of(parameters, 1, "4.weight"), "4.weight of shape [3, 5], expected a square matrix");
            refused(() -> of(parameters, 1, "0.bias"), "0.bias of shape [5], expected a square matrix");
            refused(() -> of(parameters, 6, FIRST), "found 6 for 0.weight of shape [5, 5], expected at most 5");
            refused(() -> of(parameters, 1, FIRST), "groups.orthogonal 0.weight: found a matrix with |U'U - I|");
            refused(() -> of(parameters, 1, FIRST, FIRST), "found 0.weight, 0.weight, expected each name once");
            refused(
                    () -> new OrthogonalStep(OrthogonalUpdate.GEODESIC, 0, 1, new RankSampler.Sketch(0)),
                    "rank: found 0");
            refused(
                    () -> new OrthogonalStep(OrthogonalUpdate.GEODESIC, 1, Double.NaN, new RankSampler.Sketch(0)),
                    "rate: found NaN");
        }
        try (var scope = Scope.open()) {
            var builder = new NetworkBuilder(3);
            new Mlp(List.of(4, 3), true).build(builder, new InputShape.Features(5));
            try (var none = builder.build(Device.CPU, ScalarType.Double)) {
                refused(() -> of(none, 1, FIRST), "but this network has none; leave out groups.orthogonal");
            }
        }
    }

    private static void of(ParameterBuffer parameters, int rank, String... names) {
        var step = new OrthogonalStep(OrthogonalUpdate.GEODESIC, rank, 1, RankSampler.Sketch.defaults());
        var groups = GroupSpec.defaults().withOrthogonal(List.of(names), step);
        Optimizer.of(OptimizerSpec.Sgd.defaults(), groups, parameters, 1).close();
    }

    private static void refused(ThrowingCallable work, String... words) {
        assertThatThrownBy(work)
                .isInstanceOf(InputException.class)
                .message()
                .contains(words)
                .contains("expected")
                .doesNotContain("\n");
    }

    /// Matrices `[5, 5]`, `[5, 5]` and `[3, 5]` with biases and norms.
    private static ParameterBuffer parameters(ScalarType type) {
        var builder = new NetworkBuilder(3);
        new Mlp(List.of(SIZE, SIZE, 3), false).build(builder, new InputShape.Features(SIZE));
        return builder.build(Device.CPU, type);
    }

    private static ParameterBuffer started(GroupSpec groups, ScalarType type) {
        ParameterBuffer parameters = parameters(type);
        OrthogonalGroup.of(groups, parameters).start(List.of(parameters), 3);
        return parameters;
    }

    private static Segment segment(ParameterBuffer parameters, String name) {
        return parameters.segments().stream()
                .filter(s -> s.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new AssertionError(Arrays.toString(parameters.segments().toArray())));
    }

    private static double[] values(ParameterBuffer parameters, Segment segment) {
        return Tensors.doubles(segment.view(parameters.values()));
    }

    private static double[] gradient(int step, int count) {
        var random = Keyed.of(11, step);
        double[] g = new double[count];
        Arrays.setAll(g, _ -> random.nextGaussian());
        return g;
    }

    private static void set(ParameterBuffer parameters, double[] gradient) {
        try (var off = Gradients.off()) {
            parameters.gradients().copy_(Tensors.of(gradient, gradient.length));
        }
    }
}
