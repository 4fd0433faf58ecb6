package org.fullrank.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.Mlp;
import org.fullrank.net.Mode;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.objective.NtXent;
import org.fullrank.objective.Objective;
import org.fullrank.objective.WMse;
import org.fullrank.settings.Choices;
import org.fullrank.view.InputShape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JointEmbeddingTest {
    private static final int ROWS = 10;
    private static final int FEATURES = 6;

    static List<Objective> objectives() {
        return Objective.all().values().stream()
                // Whitening ten rows of an untrained network needs a ridge.
                .map(o -> o instanceof WMse w ? new WMse(w.subBatch(), w.iterations(), 0.1, w.normalize()) : o)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("objectives")
    void chunksGiveLossAndGradientOfOneBatch(Objective objective) {
        for (int chunks : new int[] {2, 3, 10}) {
            assertChunksEqualWhole(objective, chunks, ScalarType.Double, 1e-12);
            assertChunksEqualWhole(objective, chunks, ScalarType.Float, 1e-6);
        }
    }

    private static void assertChunksEqualWhole(Objective objective, int chunks, ScalarType type, double tolerance) {
        try (var scope = Scope.open();
                var one = method(objective, false, type);
                var many = method(objective, false, type)) {
            Method.Outcome whole = one.learn(views(type), 1, 0);
            Method.Outcome cut = many.learn(views(type), chunks, 0);
            assertThat(cut.total()).isCloseTo(whole.total(), within(tolerance * Math.abs(whole.total())));
            double[] expected = Tensors.doubles(one.parameters().gradients());
            double[] found = Tensors.doubles(many.parameters().gradients());
            double largest = 0;
            double difference = 0;
            for (int i = 0; i < expected.length; i++) {
                largest = Math.max(largest, Math.abs(expected[i]));
                difference = Math.max(difference, Math.abs(expected[i] - found[i]));
            }
            assertThat(largest).isPositive();
            assertThat(difference / largest).isLessThan(tolerance);
        }
    }

    /// A loss with a memory is another function at each call.
    static List<Objective> objectivesWithoutMemory() {
        return objectives().stream()
                .filter(o -> o.memory(1).length == 0)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("objectivesWithoutMemory")
    void gradientOfEachParameterEqualsFiniteDifferences(Objective objective) {
        double step = 1e-6;
        try (var scope = Scope.open();
                var method = method(objective, true, ScalarType.Double)) {
            method.learn(views(ScalarType.Double), 1, 0);
            double[] gradient = Tensors.doubles(method.parameters().gradients());
            for (int i = 0; i < gradient.length; i += 17) {
                double numeric = (moved(method, i, step) - moved(method, i, -step)) / (2 * step);
                assertThat(gradient[i]).isCloseTo(numeric, within(1e-4 * Math.max(0.1, Math.abs(numeric))));
            }
        }
    }

    private static double moved(Method method, int index, double by) {
        try (var scope = Scope.open();
                var off = org.fullrank.engine.Gradients.off()) {
            Tensor value = method.parameters().values().narrow(0, index, 1);
            value.add_(Tensors.scalar(by));
            double loss;
            try (var on = org.fullrank.engine.Gradients.on()) {
                loss = method.learn(views(ScalarType.Double), 1, 0).total();
            }
            value.sub_(Tensors.scalar(by));
            return loss;
        }
    }

    @org.junit.jupiter.api.Test
    void aSecondForwardPassOfAChunkDoesNotMoveTheRunningStatistics() {
        try (var scope = Scope.open();
                var whole = method(NtXent.defaults(), true, ScalarType.Double);
                var cut = method(NtXent.defaults(), true, ScalarType.Double)) {
            List<Tensor> views = views(ScalarType.Double);
            cut.learn(views, 2, 0);
            for (Tensor view : views) {
                whole.encode(view.narrow(0, 0, 5), Mode.TRAIN);
                whole.encode(view.narrow(0, 5, 5), Mode.TRAIN);
            }
            double[] expected = encoderStatistics(whole);
            assertThat(encoderStatistics(cut)).containsExactly(expected);
        }
    }

    private static double[] encoderStatistics(Method method) {
        var segments = method.parameters().statisticSegments();
        var first = segments.getFirst();
        return Tensors.doubles(first.view(method.parameters().statistics()));
    }

    @org.junit.jupiter.api.Test
    void evaluationMovesNothing() {
        try (var scope = Scope.open();
                var method = method(NtXent.defaults(), true, ScalarType.Float)) {
            double[] before = Tensors.doubles(method.parameters().statistics());
            method.encode(views(ScalarType.Float).getFirst(), Mode.EVALUATE);
            assertThat(Tensors.doubles(method.parameters().statistics())).containsExactly(before);
        }
    }

    @org.junit.jupiter.api.Test
    void moreChunksThanRowsAreRefused() {
        try (var scope = Scope.open();
                var method = method(NtXent.defaults(), false, ScalarType.Float)) {
            assertThatThrownBy(() -> method.learn(views(ScalarType.Float), 11, 0))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("expected 1 to 10");
        }
    }

    private static Method method(Objective objective, boolean batchNorm, ScalarType type) {
        return Method.of(
                new MethodSpec.Joint(new ProjectorSpec(List.of(7, 5), batchNorm), objective),
                new Mlp(List.of(8, 8), batchNorm),
                new InputShape.Features(FEATURES),
                3,
                new Method.Setting(Device.CPU, Precision.FP32, type));
    }

    private static List<Tensor> views(ScalarType type) {
        return List.of(view(1, type), view(2, type));
    }

    private static Tensor view(int v, ScalarType type) {
        double[] values = new double[ROWS * FEATURES];
        var shared = Keyed.of(5);
        var own = Keyed.of(5, v);
        for (int i = 0; i < values.length; i++) {
            values[i] = shared.nextGaussian() + 0.5 * own.nextGaussian();
        }
        return Tensors.of(values, ROWS, FEATURES).to(type);
    }
}
