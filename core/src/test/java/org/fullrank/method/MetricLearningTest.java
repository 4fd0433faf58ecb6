package org.fullrank.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.method.Method.Batch;
import org.fullrank.net.Mlp;
import org.fullrank.net.Mode;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.objective.Angular;
import org.fullrank.objective.Contrastive;
import org.fullrank.objective.NPair;
import org.fullrank.objective.RankingLoss;
import org.fullrank.objective.Triplet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MetricLearningTest {
    private static final long[] SHAPE = {12, 6};
    private static final int[] CLASSES = {0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2};

    static List<RankingLoss> losses() {
        return List.of(Contrastive.defaults(), Triplet.defaults(), NPair.defaults(), Angular.defaults());
    }

    private static Method method(RankingLoss loss) {
        return Method.of(
                new MethodSpec.Metric(new ProjectorSpec(List.of(5), false), loss, 0),
                new Mlp(List.of(9, 7), false),
                Batches.input(SHAPE),
                3,
                new Method.Setting(Device.CPU, Precision.FP32, ScalarType.Double));
    }

    private static Batch batch() {
        return new Batch(Batches.views(SHAPE), CLASSES);
    }

    @ParameterizedTest
    @MethodSource("losses")
    void theLossIsThatOfTheRowsOfAllViewsWithTheirClasses(RankingLoss loss) {
        try (var scope = Scope.open();
                var method = method(loss)) {
            Method.Outcome outcome = method.learn(batch(), 1, 0);
            List<Tensor> rows = batch().views().stream()
                    .map(x -> method.embed(x, Mode.EVALUATE))
                    .toList();
            int[] twice = new int[24];
            System.arraycopy(CLASSES, 0, twice, 0, 12);
            System.arraycopy(CLASSES, 0, twice, 12, 12);
            double expected =
                    Tensors.value(loss.evaluate(Tensors.cat(rows), twice).total());
            assertThat(outcome.total()).isCloseTo(expected, within(1e-12));
            assertThat(outcome.parts()).containsKeys("ranking", "mean_singular_value", "lower", "upper");
        }
    }

    @ParameterizedTest
    @MethodSource("losses")
    void chunksGiveTheGradientOfTheWholeBatch(RankingLoss loss) {
        try (var scope = Scope.open();
                var one = method(loss);
                var many = method(loss)) {
            one.learn(batch(), 1, 0);
            many.learn(batch(), 5, 0);
            double[] expected = Tensors.doubles(one.parameters().gradients());
            double[] found = Tensors.doubles(many.parameters().gradients());
            for (int i = 0; i < expected.length; i++) {
                assertThat(found[i]).isCloseTo(expected[i], within(1e-12));
            }
        }
    }

    @Test
    void theGradientByAWeightIsThatOfFiniteDifferences() {
        try (var scope = Scope.open();
                var method = method(Contrastive.defaults())) {
            method.learn(batch(), 1, 0);
            double[] gradient = Tensors.doubles(method.parameters().gradients());
            for (int i = 0; i < gradient.length; i += 17) {
                double found = (moved(method, i, 1e-6) - moved(method, i, -1e-6)) / 2e-6;
                assertThat(gradient[i]).isCloseTo(found, within(1e-7));
            }
        }
    }

    private static double moved(Method method, int index, double by) {
        Tensor weight = method.parameters().values().narrow(0, index, 1);
        move(weight, by);
        double loss = method.learn(batch(), 1, 0).total();
        move(weight, -by);
        return loss;
    }

    private static void move(Tensor weight, double by) {
        try (var off = Gradients.off()) {
            weight.add_(Tensors.scalar(by));
        }
    }

    @Test
    void theGradientsOfTheTermsAddUpAndNameTheirSetting() {
        try (var scope = Scope.open();
                var method = method(Angular.defaults())) {
            var terms = method.termGradients(batch(), 2, 0);
            assertThat(terms.keySet()).containsExactly("ranking", "mean_singular_value");
            assertThat(Objects.requireNonNull(terms.get("mean_singular_value")).setting())
                    .isEqualTo("loss.meanSingularValue");
            assertThat(terms.values()).allMatch(term -> term.encoder() > 0 && term.embeddings() > 0);
        }
    }

    @Test
    void aBatchWithoutClassesIsRefused() {
        try (var scope = Scope.open();
                var method = method(Triplet.defaults())) {
            assertThatExceptionOfType(InputException.class)
                    .isThrownBy(() -> method.learn(Batches.views(SHAPE), 1, 0))
                    .withMessageContaining("classes of a batch: found 0 for embeddings [24, 5]");
        }
    }
}
