package org.fullrank.method;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Tensors;
import org.fullrank.method.PredictorSpec.DirectSet;
import org.fullrank.method.TargetSpec.Ema;
import org.fullrank.net.Mlp;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.objective.Regression;
import org.fullrank.objective.Regularized.OverViews;
import org.fullrank.view.InputShape;

/// Networks of self-distillation small enough for finite differences, and two or more views of ten samples
/// for them.
final class SmallDistillation {
    static final int ROWS = 10;
    static final int FEATURES = 6;
    static final Regression COSINE = Regression.Cosine.defaults();
    static final Regression NEGATIVE = new Regression.Cosine(Regression.Cosine.Form.NEGATIVE);
    static final DirectSet ISO = new DirectSet(0.5, 0.1, 0.9, 1, DirectSet.Form.ISO, true);
    static final Ema EMA = new Ema(0.9, Ema.Curve.CONSTANT, false);

    static final List<PredictorSpec> PREDICTORS = List.of(
            new PredictorSpec.Identity(),
            new PredictorSpec.Mlp(7, true),
            new PredictorSpec.Mlp(7, false),
            new PredictorSpec.Linear(false, true),
            new PredictorSpec.Linear(true, false),
            PredictorSpec.Optimal.defaults(),
            DirectSet.defaults(),
            ISO);

    private SmallDistillation() {}

    static Tensor named(Method method, String name) {
        return method.parameters().segments().stream()
                .filter(s -> s.name().equals(name))
                .findFirst()
                .orElseThrow()
                .view(method.parameters().values());
    }

    static ProjectorSpec projector() {
        return new ProjectorSpec(List.of(7, 5), false).withLastBias(true);
    }

    static MethodSpec.Distillation spec(PredictorSpec predictor, TargetSpec target, Regression regression) {
        return new MethodSpec.Distillation(projector(), predictor, target, regression, OverViews.PAIR, null, 1);
    }

    static Method method(MethodSpec spec) {
        return Method.of(
                spec,
                new Mlp(List.of(8), false),
                new InputShape.Features(FEATURES),
                3,
                new Method.Setting(Device.CPU, Precision.FP32, ScalarType.Double));
    }

    static List<Tensor> views(int count) {
        var views = new ArrayList<Tensor>();
        for (int v = 0; v < count; v++) {
            double[] values = new double[ROWS * FEATURES];
            var shared = Keyed.of(5);
            var own = Keyed.of(5, v);
            for (int i = 0; i < values.length; i++) {
                values[i] = shared.nextGaussian() + 0.5 * own.nextGaussian();
            }
            views.add(Tensors.of(values, ROWS, FEATURES));
        }
        return views;
    }
}
