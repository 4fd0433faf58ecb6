package org.fullrank.method;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.Mlp;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.objective.Regression;
import org.fullrank.objective.Regularized.OverViews;
import org.fullrank.objective.VarianceHinge;
import org.fullrank.view.InputShape;
import org.junit.jupiter.api.Test;

/// What theory says of a linear network on Gaussian vectors whose two views are noised (Tian, Chen, Ganguli
/// 2021), on a network with one ReLU.
class CollapseTest {
    private static final int FEATURES = 6;
    private static final int ROWS = 64;
    private static final int STEPS = 300;
    private static final Regression EUCLIDEAN = new Regression.Euclidean();
    private static final TargetSpec STOP = new TargetSpec.StopGradient();
    private static final double HINGE = 40;
    private static final PredictorSpec NONE = new PredictorSpec.Identity();
    private static final PredictorSpec LINEAR = new PredictorSpec.Linear(false, false);

    @Test
    void withoutStopGradientTheEmbeddingVanishes() {
        assertThat(sizeAfter(LINEAR, new TargetSpec.Gradient(), EUCLIDEAN, 0)).isLessThan(0.05);
    }

    @Test
    void withoutPredictorTheEmbeddingVanishes() {
        assertThat(sizeAfter(NONE, STOP, EUCLIDEAN, 0)).isLessThan(0.05);
    }

    @Test
    void varianceHingeOnTheOnlineBranchRescuesBoth() {
        assertThat(sizeAfter(LINEAR, new TargetSpec.Gradient(), EUCLIDEAN, HINGE))
                .isGreaterThan(1);
        assertThat(sizeAfter(NONE, STOP, EUCLIDEAN, HINGE)).isGreaterThan(1);
    }

    /// The mean square of the embedding's entries after training as a share of that before.
    private static double sizeAfter(PredictorSpec predictor, TargetSpec target, Regression regression, double hinge) {
        var spec = new MethodSpec.Distillation(
                new ProjectorSpec(List.of(4), false),
                predictor,
                target,
                regression,
                OverViews.PAIR,
                VarianceHinge.defaults(),
                hinge);
        try (var scope = Scope.open();
                var method = Method.of(
                        spec,
                        new Mlp(List.of(FEATURES), false),
                        new InputShape.Features(FEATURES),
                        3,
                        new Method.Setting(Device.CPU, Precision.FP32, ScalarType.Double))) {
            double first = 0;
            double last = 0;
            for (int step = 0; step < STEPS; step++) {
                try (var inner = Scope.open()) {
                    Method.Outcome outcome = method.learn(List.of(view(step, 1), view(step, 2)), 1, step);
                    last = Tensors.value(outcome.embedding().var());
                    first = step == 0 ? last : first;
                    descend(method);
                    method.stepped(step, STEPS);
                }
            }
            return last / first;
        }
    }

    private static void descend(Method method) {
        try (var off = Gradients.off()) {
            method.parameters().values().sub_(method.parameters().gradients(), Tensors.scalar(0.05));
        }
    }

    private static Tensor view(long step, long view) {
        double[] values = new double[ROWS * FEATURES];
        var shared = Keyed.of(1, step);
        var own = Keyed.of(2, step, view);
        for (int i = 0; i < values.length; i++) {
            values[i] = shared.nextGaussian() + 0.8 * own.nextGaussian();
        }
        return Tensors.of(values, ROWS, FEATURES);
    }
}
