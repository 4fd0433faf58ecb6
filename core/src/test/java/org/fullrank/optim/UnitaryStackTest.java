package org.fullrank.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Orthogonal;
import org.fullrank.linalg.OrthogonalUpdate;
import org.fullrank.linalg.RankSampler;
import org.fullrank.net.ConvNet;
import org.fullrank.net.Layer;
import org.fullrank.net.Mode;
import org.fullrank.net.NetworkBuilder;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.net.ParameterBuffer.Kind;
import org.fullrank.net.ParameterBuffer.Segment;
import org.fullrank.view.InputShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// The matrices of an orthogonal convolution in training. No setting names them.
class UnitaryStackTest {
    private static final int CHANNELS = 3;
    private static final int HEIGHT = 4;
    private static final int WIDTH = 5;
    private static final long PIXELS = HEIGHT * WIDTH;

    private record Net(Layer convolution, ParameterBuffer parameters) implements AutoCloseable {
        static Net of(ScalarType type, long seed) {
            var builder = new NetworkBuilder(seed);
            var encoder = new ConvNet(List.of(CHANNELS), 1, 1, true)
                    .build(builder, new InputShape.Image(CHANNELS, HEIGHT, WIDTH));
            var block = (Layer.Chain) encoder.blocks().getFirst().layer();
            return new Net(block.layers().getFirst(), builder.build(Device.CPU, type));
        }

        Tensor forward(Tensor x) {
            return convolution.forward(x, Mode.TRAIN);
        }

        List<Segment> stacks() {
            return parameters.segments().stream()
                    .filter(s -> s.kind().staysOrthogonal())
                    .toList();
        }

        /// `|M M' - I|` of the dense map.
        double error() {
            try (var scope = Scope.withoutGradients()) {
                long size = CHANNELS * PIXELS;
                Tensor pixels = torch.eye(size, parameters.values().options());
                return Orthogonal.error(
                        forward(pixels.view(size, CHANNELS, HEIGHT, WIDTH)).flatten(1, -1));
            }
        }

        @Override
        public void close() {
            parameters.close();
        }
    }

    static List<OptimizerSpec> optimizers() {
        return List.of(
                new OptimizerSpec.Sgd(0.1, 0.9, 0.5),
                new OptimizerSpec.Lars(0.1, 0.9, 0.5, 0.02, false),
                new OptimizerSpec.AdamW(0.01, 0.9, 0.999, 1e-8, 0.5),
                new OptimizerSpec.Rmsprop(0.01, 0.99, 1e-8, 0.5));
    }

    /// At full rank the approximation is exact. The momentum is 0, so that the change is the gradient.
    @ParameterizedTest
    @EnumSource(OrthogonalUpdate.class)
    void eachMatrixMovesByItsDenseDefinition(OrthogonalUpdate update) {
        var groups = groups(update, CHANNELS, 0.5);
        try (var scope = Scope.open();
                var net = Net.of(ScalarType.Double, 1);
                var optimizer = Optimizer.of(new OptimizerSpec.Sgd(0.1, 0, 0), groups, net.parameters(), 1)) {
            assertThat(net.stacks()).extracting(Segment::kind).containsExactly(Kind.ORTHOGONAL, Kind.UNITARY);
            assertThat(net.stacks())
                    .extracting(Segment::sizes)
                    .containsExactly(List.of(2L, 3L, 3L), List.of(9L, 3L, 3L, 2L));
            List<Tensor> before = net.stacks().stream()
                    .map(s -> s.copy(net.parameters().values()))
                    .toList();
            draw(net.parameters(), 0);
            optimizer.step(0.1, 0);
            for (int i = 0; i < 2; i++) {
                Segment stack = net.stacks().get(i);
                Tensor u = before.get(i); // [F, n, n]
                Tensor g = stack.copy(net.parameters().gradients()).mul(Tensors.scalar(-0.1 * 0.5));
                Tensor half = u.mH().matmul(g).mul(Tensors.scalar(0.5));
                Tensor expected = update == OrthogonalUpdate.GEODESIC
                        ? u.matmul(torch.linalg_matrix_exp(half.sub(half.mH())))
                        : Orthogonal.nearest(u.add(g));
                Tensor moved = stack.copy(net.parameters().values());
                assertThat(Tensors.value(moved.sub(u).abs().max())).isGreaterThan(0.01);
                assertThat(Tensors.value(moved.sub(expected).abs().max())).isLessThan(1e-13);
            }
        }
    }

    /// The map is real because its frequencies are conjugate in pairs: else it would lose a part of the norm.
    @ParameterizedTest
    @MethodSource("optimizers")
    void theConvolutionIsOrthogonalAfterTwoHundredUpdates(OptimizerSpec spec) {
        for (ScalarType type : new ScalarType[] {ScalarType.Double, ScalarType.Float}) {
            try (var scope = Scope.open();
                    var net = Net.of(type, 2);
                    var optimizer =
                            Optimizer.of(spec, groups(OrthogonalUpdate.PROJECTION, 1, 1), net.parameters(), 1)) {
                double[] before = Tensors.doubles(net.parameters().values());
                for (int step = 0; step < 200; step++) {
                    draw(net.parameters(), step);
                    optimizer.step(0.1, step);
                }
                assertThat(Tensors.doubles(net.parameters().values())).isNotEqualTo(before);
                assertThat(net.error()).isLessThan(type == ScalarType.Double ? 1e-10 : 1e-5);
            }
        }
    }

    /// Also with the plain optimizers, as in fine-tuning.
    @ParameterizedTest
    @MethodSource("optimizers")
    void withoutGradientNothingMoves(OptimizerSpec spec) {
        try (var scope = Scope.open();
                var net = Net.of(ScalarType.Double, 3);
                var optimizer = Optimizer.of(spec, net.parameters())) {
            var before = net.stacks().stream()
                    .map(s -> Tensors.doubles(s.view(net.parameters().values())))
                    .toList();
            optimizer.step(0.1, 0);
            for (int i = 0; i < 2; i++) {
                assertThat(Tensors.doubles(
                                net.stacks().get(i).view(net.parameters().values())))
                        .containsExactly(before.get(i), within(1e-14));
            }
            draw(net.parameters(), 1);
            optimizer.step(0.1, 1);
            assertThat(net.error()).isLessThan(1e-10);
            assertThat(Tensors.doubles(net.stacks().get(1).view(net.parameters().values())))
                    .isNotEqualTo(before.get(1));
        }
    }

    /// The loss is half the distance to what another such convolution makes of the images.
    @ParameterizedTest
    @EnumSource(OrthogonalUpdate.class)
    void theUpdateDescends(OrthogonalUpdate update) {
        try (var scope = Scope.open();
                var net = Net.of(ScalarType.Double, 4);
                var target = Net.of(ScalarType.Double, 5);
                var optimizer =
                        Optimizer.of(new OptimizerSpec.Sgd(0.02, 0, 0), groups(update, 1, 1), net.parameters(), 1)) {
            double[] values = new double[(int) (2 * CHANNELS * PIXELS)];
            Keyed random = Keyed.of(6);
            Arrays.setAll(values, _ -> random.nextGaussian());
            Tensor x = Tensors.of(values, 2, CHANNELS, HEIGHT, WIDTH);
            Tensor y = target.forward(x).detach();
            double last = Double.POSITIVE_INFINITY;
            double first = 0;
            for (int step = 0; step < 60; step++) {
                net.parameters().clearGradients();
                Tensor loss = net.forward(x).sub(y).square().sum().mul(Tensors.scalar(0.5));
                loss.backward();
                assertThat(Tensors.value(loss)).as("step " + step).isLessThan(last);
                last = Tensors.value(loss);
                first = step == 0 ? last : first;
                optimizer.step(0.02, step);
            }
            assertThat(last).isLessThan(first / 3);
        }
    }

    @Test
    void aRankAboveTheChannelsIsRefused() {
        try (var scope = Scope.open();
                var net = Net.of(ScalarType.Float, 7)) {
            assertThatThrownBy(() -> Optimizer.of(
                            OptimizerSpec.Sgd.defaults(), groups(OrthogonalUpdate.GEODESIC, 4, 1), net.parameters(), 1))
                    .isInstanceOf(InputException.class)
                    .hasMessage("groups.orthogonalStep.rank: found 4 for stage1.0.conv.own of shape [2, 3, 3],"
                            + " expected at most 3");
            var named = GroupSpec.defaults().withOrthogonal(List.of("stage1.0.conv.own"), OrthogonalStep.defaults());
            assertThatThrownBy(() -> Optimizer.of(OptimizerSpec.Sgd.defaults(), named, net.parameters(), 1))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("stage1.0.conv.own of shape [2, 3, 3], expected a square matrix");
        }
    }

    @Test
    void loadedMatricesThatAreNotUnitaryAreReplacedByTheNearest() {
        try (var scope = Scope.withoutGradients();
                var net = Net.of(ScalarType.Double, 8)) {
            var group = OrthogonalGroup.of(GroupSpec.defaults(), net.parameters());
            double[] before = Tensors.doubles(net.parameters().values());
            assertThat(group.restore(net.parameters())).isEmpty();
            net.stacks().get(1).view(net.parameters().values()).mul_(Tensors.scalar(0.9));
            assertThat(group.restore(net.parameters())).containsExactly("stage1.0.conv.paired");
            assertThat(Tensors.doubles(net.parameters().values())).containsExactly(before, within(1e-14));
        }
    }

    private static GroupSpec groups(OrthogonalUpdate update, int rank, double rate) {
        var step = new OrthogonalStep(update, rank, rate, RankSampler.Sketch.defaults());
        return GroupSpec.defaults().withOrthogonal(List.of(), step);
    }

    private static void draw(ParameterBuffer parameters, int step) {
        var random = Keyed.of(11, step);
        double[] g = new double[(int) parameters.values().numel()];
        Arrays.setAll(g, _ -> random.nextGaussian());
        try (var off = Gradients.off()) {
            parameters.gradients().copy_(Tensors.of(g, g.length));
        }
    }
}
