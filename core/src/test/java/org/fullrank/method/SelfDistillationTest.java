package org.fullrank.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.fullrank.method.SmallDistillation.COSINE;
import static org.fullrank.method.SmallDistillation.EMA;
import static org.fullrank.method.SmallDistillation.ISO;
import static org.fullrank.method.SmallDistillation.PREDICTORS;
import static org.fullrank.method.SmallDistillation.method;
import static org.fullrank.method.SmallDistillation.named;
import static org.fullrank.method.SmallDistillation.projector;
import static org.fullrank.method.SmallDistillation.spec;
import static org.fullrank.method.SmallDistillation.views;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.method.PredictorSpec.DirectSet;
import org.fullrank.method.TargetSpec.Ema;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.net.ParameterBuffer.Segment;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.objective.Regression;
import org.fullrank.objective.Regularized.OverViews;
import org.fullrank.objective.VarianceHinge;
import org.fullrank.optim.Optimizer;
import org.fullrank.optim.OptimizerSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SelfDistillationTest {
    static List<MethodSpec.Distillation> methods() {
        var methods = new ArrayList<MethodSpec.Distillation>();
        for (PredictorSpec predictor : PREDICTORS) {
            methods.add(spec(predictor, EMA, COSINE));
            methods.add(spec(predictor, new TargetSpec.StopGradient(), new Regression.Euclidean()));
        }
        methods.add(spec(ISO, EMA, new Regression.IsoCosine()));
        methods.add(spec(ISO, EMA, new Regression.IsoEuclidean()));
        methods.add(spec(new PredictorSpec.Linear(false, true), new TargetSpec.Gradient(), COSINE));
        methods.add(new MethodSpec.Distillation(
                projector(), new PredictorSpec.Identity(), EMA, COSINE, OverViews.MEAN, VarianceHinge.defaults(), 2));
        return methods;
    }

    @ParameterizedTest
    @MethodSource("methods")
    void chunksGiveLossAndGradientOfOneBatch(MethodSpec.Distillation spec) {
        for (int chunks : new int[] {2, 3, 10}) {
            try (var scope = Scope.open();
                    var one = method(spec);
                    var many = method(spec)) {
                double whole = one.learn(views(2), 1, 0).total();
                assertThat(many.learn(views(2), chunks, 0).total()).isCloseTo(whole, within(1e-12));
                double[] expected = Tensors.doubles(one.parameters().gradients());
                assertThat(Tensors.doubles(many.parameters().gradients())).containsExactly(expected, within(1e-12));
                assertThat(Arrays.stream(expected).map(Math::abs).sum()).isPositive();
            }
        }
    }

    @Test
    void noGradientReachesTheTarget() {
        try (var scope = Scope.open();
                var method = method(spec(new PredictorSpec.Mlp(7, true), EMA, COSINE))) {
            method.learn(views(2), 2, 0);
            assertThat(Tensors.doubles(target(method).gradients())).containsOnly(0);
        }
    }

    @Test
    void withoutAPredictorStopGradientHalvesTheGradientOfCosines() {
        try (var scope = Scope.open();
                var stopped = method(spec(new PredictorSpec.Identity(), new TargetSpec.StopGradient(), COSINE));
                var open = method(spec(new PredictorSpec.Identity(), new TargetSpec.Gradient(), COSINE))) {
            stopped.learn(views(2), 1, 0);
            open.learn(views(2), 1, 0);
            double[] half = Tensors.doubles(open.parameters().gradients().mul(Tensors.scalar(0.5)));
            assertThat(Tensors.doubles(stopped.parameters().gradients())).containsExactly(half, within(1e-12));
        }
    }

    @Test
    void rateOneFreezesTheTargetAndRateZeroCopies() {
        for (double rate : new double[] {1, 0, 0.75}) {
            try (var scope = Scope.open();
                    var method = method(
                            spec(new PredictorSpec.Mlp(7, true), new Ema(rate, Ema.Curve.CONSTANT, false), COSINE))) {
                ParameterBuffer target = target(method);
                Tensor before = target.values().clone();
                method.stepped(0, 10);
                for (int i = 0; i < target.segments().size(); i++) {
                    Segment segment = target.segments().get(i);
                    double[] old = Tensors.doubles(segment.view(before));
                    double[] online = Tensors.doubles(named(method, segment.name()));
                    double[] found = Tensors.doubles(segment.view(target.values()));
                    for (int j = 0; j < found.length; j++) {
                        assertThat(found[j]).isCloseTo(rate * old[j] + (1 - rate) * online[j], within(1e-15));
                    }
                }
            }
        }
    }

    @Test
    void targetBeginsAsACopyOrWithValuesOfItsOwn() {
        for (boolean copy : new boolean[] {true, false}) {
            try (var scope = Scope.open();
                    var method =
                            method(spec(new PredictorSpec.Identity(), new Ema(0.9, Ema.Curve.COSINE, copy), COSINE))) {
                double[] online = Tensors.doubles(method.parameters().values());
                double[] target = Tensors.doubles(target(method).values());
                assertThat(Arrays.equals(online, target)).isEqualTo(copy);
            }
        }
    }

    @Test
    void cosineRateGoesFromTheBaseToOne() {
        var ema = new Ema(0.9, Ema.Curve.COSINE, true);
        assertThat(ema.rate(0, 10)).isCloseTo(0.9, within(1e-15));
        assertThat(ema.rate(5, 10)).isCloseTo(0.95, within(1e-15));
        assertThat(ema.rate(10, 10)).isCloseTo(1, within(1e-15));
    }

    @Test
    void runningStatisticsOfTheTargetAreItsOwn() {
        var spec = new MethodSpec.Distillation(
                new ProjectorSpec(List.of(7, 5), true),
                new PredictorSpec.Identity(),
                new Ema(0, Ema.Curve.CONSTANT, false),
                COSINE,
                OverViews.PAIR,
                null,
                1);
        try (var scope = Scope.open();
                var method = method(spec)) {
            double[] initial = Tensors.doubles(target(method).statistics());
            method.learn(views(2), 1, 0);
            double[] moved = Tensors.doubles(target(method).statistics());
            assertThat(moved).isNotEqualTo(initial);
            method.stepped(0, 10);
            assertThat(Tensors.doubles(target(method).statistics())).containsExactly(moved);
            assertThat(moved).isNotEqualTo(Tensors.doubles(method.parameters().statistics()));
        }
    }

    @Test
    void symmetricPredictorIsSymmetricAfterEachStepOfAnOptimizer() {
        var spec = spec(new PredictorSpec.Linear(true, false), EMA, COSINE);
        try (var scope = Scope.open();
                var method = method(spec);
                var optimizer = Optimizer.of(new OptimizerSpec.Sgd(0.3, 0.9, 1e-2), method.parameters())) {
            for (int step = 0; step < 5; step++) {
                method.learn(views(2), 1, step);
                optimizer.step(0.3, step);
                assertThat(measure(method, "predictor.asymmetry")).isGreaterThan(1e-6);
                method.stepped(step, 10);
                assertThat(measure(method, "predictor.asymmetry")).isZero();
            }
        }
    }

    @Test
    void setPredictorIsAlignedWithItsCorrelation() {
        for (DirectSet.Form form : DirectSet.Form.values()) {
            var set = new DirectSet(0.5, 0.1, 0.3, 1, form, true);
            try (var scope = Scope.open();
                    var method = method(spec(set, EMA, COSINE))) {
                for (int step = 0; step < 3; step++) {
                    method.learn(views(2), 1, step);
                    method.stepped(step, 10);
                    assertThat(measure(method, "predictor.alignment")).isCloseTo(1, within(1e-12));
                    assertThat(measure(method, "predictor.asymmetry")).isLessThan(1e-12);
                }
            }
        }
    }

    @Test
    void predictorSetEveryFifthStepIsLeftAloneInBetween() {
        var set = new DirectSet(0.5, 0.1, 0.3, 5, DirectSet.Form.CODE, true);
        try (var scope = Scope.open();
                var method = method(spec(set, EMA, COSINE))) {
            for (int step = 0; step <= 5; step++) {
                method.learn(views(2), 1, step);
                try (var off = Gradients.off()) {
                    named(method, "predictor.weight").zero_();
                }
                method.stepped(step, 10);
                double[] after = Tensors.doubles(named(method, "predictor.weight"));
                assertThat(Arrays.stream(after).allMatch(w -> w == 0)).isEqualTo(step % 5 != 0);
            }
        }
    }

    @Test
    void moreViewsKeepTheSizeOfTwo() {
        try (var scope = Scope.open();
                var two = method(spec(new PredictorSpec.Linear(false, true), EMA, COSINE));
                var four = method(spec(new PredictorSpec.Linear(false, true), EMA, COSINE))) {
            List<Tensor> views = views(2);
            Tensor first = views.getFirst();
            double same = two.learn(List.of(first, first), 1, 0).total();
            assertThat(four.learn(List.of(first, first, first, first), 1, 0).total())
                    .isCloseTo(same, within(1e-12));
        }
    }

    @Test
    void aTrainedPredictorIsRefusedWhereItWouldGetNoGradient() {
        assertThatThrownBy(() -> spec(new PredictorSpec.Mlp(7, true), EMA, new Regression.IsoCosine()))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("predictor: found one that is trained");
    }

    private static double measure(Method method, String name) {
        return Objects.requireNonNull(method.measures().get(name));
    }

    private static ParameterBuffer target(Method method) {
        return Objects.requireNonNull(method.buffers().get("target."));
    }
}
