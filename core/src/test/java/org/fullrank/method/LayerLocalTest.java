package org.fullrank.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.Encoder;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.Layer;
import org.fullrank.net.Mlp;
import org.fullrank.net.Mode;
import org.fullrank.net.NetworkBuilder;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.net.ResNet;
import org.fullrank.net.Vgg;
import org.fullrank.objective.NtXent;
import org.fullrank.objective.Vicreg;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LayerLocalTest {
    private static final long[] VECTORS = {10, 6};
    private static final long[] IMAGES = {10, 2, 8, 8};
    private static final EncoderSpec MLP = new Mlp(List.of(8, 7, 5), false);
    private static final EncoderSpec VGG = new Vgg(List.of(4, 5, 6), List.of(1, 3));

    /// A method on inputs of a shape.
    record Case(EncoderSpec encoder, MethodSpec.Local spec, long... shape) {
        Method method() {
            return of(encoder, spec, shape);
        }
    }

    static List<Case> cases() {
        var plain = new MethodSpec.Local(List.of(), Vicreg.defaults());
        var headed = new MethodSpec.Local(List.of(9, 6), Vicreg.defaults());
        var contrast = new MethodSpec.Local(List.of(), NtXent.defaults());
        return List.of(
                new Case(MLP, plain, VECTORS),
                new Case(MLP, headed, VECTORS),
                new Case(MLP, contrast, VECTORS),
                new Case(VGG, plain, IMAGES),
                new Case(VGG, headed, IMAGES));
    }

    private static Method of(EncoderSpec encoder, MethodSpec spec, long... shape) {
        return Method.of(
                spec,
                encoder,
                Batches.input(shape),
                3,
                new Method.Setting(Device.CPU, Precision.FP32, ScalarType.Double));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void chunksGiveLossAndGradientOfOneBatch(Case c) {
        for (int chunks : new int[] {2, 3, 10}) {
            Batches.assertChunksEqualWhole(c::method, chunks, c.shape());
        }
    }

    /// With the last block taken away the others get the same gradients, to the last bit.
    @Test
    void theGradientOfABlockDoesNotReachTheOneBefore() {
        var spec = new MethodSpec.Local(List.of(4), Vicreg.defaults());
        var shorter = new Vgg(List.of(4, 5), List.of(1));
        try (var scope = Scope.open();
                var deep = of(VGG, spec, IMAGES);
                var shallow = of(shorter, spec, IMAGES)) {
            deep.learn(Batches.views(IMAGES), 1, 0);
            shallow.learn(Batches.views(IMAGES), 1, 0);
            for (ParameterBuffer.Segment s : shallow.parameters().segments()) {
                double[] expected = Tensors.doubles(s.view(shallow.parameters().gradients()));
                assertThat(expected).as(s.name()).isNotEqualTo(new double[expected.length]);
                assertThat(Tensors.doubles(
                                segment(deep, s.name()).view(deep.parameters().gradients())))
                        .as(s.name())
                        .containsExactly(expected);
            }
        }
    }

    private static ParameterBuffer.Segment segment(Method method, String name) {
        return method.parameters().segments().stream()
                .filter(s -> s.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theGradientOfABlockIsThatOfItsOwnLoss(Case c) {
        try (var scope = Scope.open();
                var method = c.method()) {
            List<String> names = c.encoder().blocks();
            method.learn(Batches.views(c.shape()), 1, 0);
            double[] gradient = Tensors.doubles(method.parameters().gradients());
            for (ParameterBuffer.Segment s : method.parameters().segments()) {
                String block = blockOf(s.name(), c.encoder(), names);
                for (long i = s.offset(); i < s.offset() + s.count(); i += 7) {
                    double numeric = Batches.derivative(
                            method, (int) i, o -> o.measures().get("block." + block + ".loss"), c.shape());
                    assertThat(gradient[(int) i])
                            .as(s.name())
                            .isCloseTo(numeric, within(1e-5 * Math.max(1, Math.abs(numeric))));
                }
            }
        }
    }

    private static String blockOf(String parameter, EncoderSpec encoder, List<String> names) {
        String[] path = parameter.split("\\.");
        if (path[0].equals("projector")) {
            return path[1];
        }
        List<String> positions = encoder instanceof Vgg ? List.of("0", "3", "5") : List.of("0", "2", "4");
        return names.get(positions.indexOf(path[encoder instanceof Vgg ? 2 : 1]));
    }

    @Test
    void lossAndTermsAreSumsOverTheBlocks() {
        try (var scope = Scope.open();
                var method = cases().getFirst().method()) {
            Method.Outcome outcome = method.learn(Batches.views(VECTORS), 1, 0);
            assertThat(outcome.parts().keySet()).containsExactly("invariance", "variance", "covariance");
            for (String term : List.of("invariance", "variance", "covariance")) {
                double sum = List.of("0", "1", "2").stream()
                        .mapToDouble(name -> outcome.measures().get("block." + name + "." + term))
                        .sum();
                assertThat(outcome.parts().get(term)).isCloseTo(sum, within(1e-12));
            }
            assertThat(outcome.layers().keySet()).containsExactly("0", "1", "2");
            assertThat(outcome.layers().values().stream().map(y -> y.size(1))).containsExactly(8L, 7L, 5L);
            assertThat(Tensors.shape(outcome.embedding())).containsExactly(10, 5);
        }
    }

    @Test
    void theRepresentationIsTheLastBlock() {
        try (var scope = Scope.open();
                var method = cases().get(3).method()) {
            Tensor x = Batches.views(IMAGES).getFirst();
            List<Tensor> outputs = method.encode(x, Mode.EVALUATE, List.of("block1", "block3"));
            assertThat(outputs.stream().map(y -> y.size(1))).containsExactly(6L, 4L, 6L);
            assertThat(Tensors.doubles(outputs.getLast())).containsExactly(Tensors.doubles(outputs.getFirst()));
        }
    }

    @Test
    void aResidualNetworkIsRefusedWithTheReason() {
        assertThatThrownBy(() -> of(ResNet.defaults(), MethodSpec.Local.defaults(), IMAGES))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("an encoder that has skip connections")
                .hasMessageNotContaining("\n");
    }

    /// A graph that is kept holds the activities of all blocks and views; block by block only those of one
    /// block are held, with what it began from.
    @Test
    void memoryDoesNotGrowWithDepth() {
        assertThat(mostHeld(12, MethodSpec.Local.defaults()))
                .isEqualTo(mostHeld(3, MethodSpec.Local.defaults()))
                .isLessThanOrEqualTo(4);
        var joint = new MethodSpec.Joint(new ProjectorSpec(List.of(), false), Vicreg.defaults());
        assertThat(mostHeld(12, joint)).isGreaterThanOrEqualTo(12);
    }

    /// The largest number of activities, of any block and view, that somebody holds when a block has run.
    private static long mostHeld(int depth, MethodSpec spec) {
        var activities = new ArrayList<Tensor>();
        long[] most = {0};
        var net = new NetworkBuilder(1);
        var vgg = new Vgg(Collections.nCopies(depth, 6), List.of());
        var blocks = vgg.build(net, Batches.input(IMAGES)).blocks().stream()
                .map(block -> new Encoder.Block(
                        block.name(),
                        (x, mode) -> {
                            Tensor y = block.layer().forward(x, mode);
                            try (var scope = Scope.open()) {
                                activities.add(scope.keep(y.detach()));
                            }
                            most[0] = Math.max(most[0], held(activities));
                            return y;
                        },
                        block.width()))
                .toList();
        try (var scope = Scope.open();
                var method = wrap(spec, new Encoder((x, mode) -> x, blocks), net)) {
            method.learn(Batches.views(IMAGES), 1, 0);
        }
        activities.forEach(Tensor::close);
        return most[0];
    }

    /// Those whose memory another tensor than ours shares.
    private static long held(List<Tensor> activities) {
        return activities.stream().filter(y -> y.storage().use_count() > 1).count();
    }

    private static Method wrap(MethodSpec spec, Encoder encoder, NetworkBuilder net) {
        var setting = new Method.Setting(Device.CPU, Precision.FP32, ScalarType.Double);
        return switch (spec) {
            case MethodSpec.Local local -> {
                var teachers = encoder.blocks().stream()
                        .map(b -> new LayerLocal.Teacher(
                                Layer.chain(List.of()), Criterion.declare(net, local.objective(), b.width(), 1)))
                        .toList();
                yield new LayerLocal(encoder, teachers, net.build(setting.device(), setting.type()), setting);
            }
            case MethodSpec.Distillation _, MethodSpec.ClosedForm _, MethodSpec.Metric _ ->
                throw new IllegalArgumentException(spec.toString());
            case MethodSpec.Joint joint -> {
                var criterion = Criterion.declare(net, joint.objective(), 6, 1);
                yield new JointEmbedding(
                        new JointEmbedding.Parts(
                                encoder,
                                Layer.chain(List.of()),
                                criterion,
                                List.of(),
                                net.build(setting.device(), setting.type())),
                        setting);
            }
        };
    }
}
