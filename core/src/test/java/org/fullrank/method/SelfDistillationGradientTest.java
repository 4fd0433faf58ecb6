package org.fullrank.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.fullrank.method.SmallDistillation.COSINE;
import static org.fullrank.method.SmallDistillation.EMA;
import static org.fullrank.method.SmallDistillation.ISO;
import static org.fullrank.method.SmallDistillation.NEGATIVE;
import static org.fullrank.method.SmallDistillation.PREDICTORS;
import static org.fullrank.method.SmallDistillation.ROWS;
import static org.fullrank.method.SmallDistillation.method;
import static org.fullrank.method.SmallDistillation.named;
import static org.fullrank.method.SmallDistillation.projector;
import static org.fullrank.method.SmallDistillation.spec;
import static org.fullrank.method.SmallDistillation.views;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.method.PredictorSpec.DirectSet;
import org.fullrank.net.Mode;
import org.fullrank.objective.Regression;
import org.fullrank.objective.Regularized.OverViews;
import org.fullrank.objective.VarianceHinge;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Gradients at the level of the method: by finite differences where the loss is a function of the
/// parameters, and written out by hand where stop-gradients make it none.
class SelfDistillationGradientTest {
    /// Every predictor that does not depend on its input but by its parameters, with every regression that is a
    /// function.
    static List<MethodSpec.Distillation> smooth() {
        var methods = new ArrayList<MethodSpec.Distillation>();
        for (PredictorSpec predictor : PREDICTORS) {
            if (predictor != ISO) {
                for (Regression regression : List.of(COSINE, NEGATIVE, new Regression.Euclidean())) {
                    methods.add(spec(predictor, EMA, regression));
                }
            }
        }
        methods.add(spec(new PredictorSpec.Linear(false, true), new TargetSpec.Gradient(), COSINE));
        methods.add(new MethodSpec.Distillation(
                projector(), new PredictorSpec.Identity(), EMA, COSINE, OverViews.MEAN, VarianceHinge.defaults(), 2));
        return methods;
    }

    /// Where the target does not move with the parameters, or moves with gradient, the loss is a function
    /// of them.
    @ParameterizedTest
    @MethodSource("smooth")
    void gradientOfEachParameterEqualsFiniteDifferences(MethodSpec.Distillation spec) {
        double step = 1e-6;
        try (var scope = Scope.open();
                var method = method(spec)) {
            method.learn(views(3), 1, 0);
            double[] gradient = Tensors.doubles(method.parameters().gradients());
            for (int i = 0; i < gradient.length; i += 5) {
                double numeric = (moved(method, i, step) - moved(method, i, -step)) / (2 * step);
                assertThat(gradient[i]).isCloseTo(numeric, within(1e-5 * Math.max(0.1, Math.abs(numeric))));
            }
        }
    }

    static List<MethodSpec.Distillation> stopped() {
        var methods = new ArrayList<MethodSpec.Distillation>();
        List<Regression> regressions = List.of(
                COSINE,
                NEGATIVE,
                new Regression.Euclidean(),
                new Regression.IsoCosine(),
                new Regression.IsoEuclidean());
        for (PredictorSpec predictor :
                List.of(new PredictorSpec.Identity(), PredictorSpec.Optimal.defaults(), DirectSet.defaults(), ISO)) {
            for (Regression regression : regressions) {
                methods.add(spec(predictor, new TargetSpec.StopGradient(), regression));
            }
        }
        return methods;
    }

    /// With stop-gradient, and with the regressions whose gradient is that of no function: the gradient by the
    /// embeddings is written out row by row, and goes back through finite differences of the embeddings.
    @ParameterizedTest
    @MethodSource("stopped")
    void gradientOfEachParameterEqualsTheOneWrittenOut(MethodSpec.Distillation spec) {
        double step = 1e-6;
        try (var scope = Scope.open();
                var method = method(spec)) {
            double[][][] g = writtenOut(method, spec);
            method.learn(views(2), 1, 0);
            double[] gradient = Tensors.doubles(method.parameters().gradients());
            for (int i = 0; i < gradient.length; i += 3) {
                if (isPredictor(method, i)) {
                    continue;
                }
                double[][][] up = embeddings(method, i, step);
                double[][][] down = embeddings(method, i, -step);
                double numeric = 0;
                for (int v = 0; v < 2; v++) {
                    for (int n = 0; n < ROWS; n++) {
                        for (int d = 0; d < g[v][n].length; d++) {
                            numeric += g[v][n][d] * (up[v][n][d] - down[v][n][d]) / (2 * step);
                        }
                    }
                }
                assertThat(gradient[i]).isCloseTo(numeric, within(1e-7 * Math.max(1, Math.abs(numeric))));
            }
        }
    }

    private static boolean isPredictor(Method method, int index) {
        return method.parameters().segments().stream()
                .filter(s -> s.name().startsWith("predictor."))
                .anyMatch(s -> index >= s.offset() && index < s.offset() + s.count());
    }

    /// The embeddings `[2][N][D]` with one parameter moved.
    private static double[][][] embeddings(Method method, int index, double by) {
        try (var scope = Scope.open();
                var off = Gradients.off()) {
            Tensor value = method.parameters().values().narrow(0, index, 1);
            value.add_(Tensors.scalar(by));
            var z = new double[2][][];
            for (int v = 0; v < 2; v++) {
                z[v] = rows(method.embed(views(2).get(v), Mode.TRAIN));
            }
            value.sub_(Tensors.scalar(by));
            return z;
        }
    }

    private static double[][] rows(Tensor z) {
        double[] flat = Tensors.doubles(z);
        int width = (int) z.size(1);
        var rows = new double[flat.length / width][];
        for (int n = 0; n < rows.length; n++) {
            rows[n] = Arrays.copyOfRange(flat, n * width, (n + 1) * width);
        }
        return rows;
    }

    /// The gradient of both directions by both embeddings, `[2][N][D]`, each target being the other embedding.
    private static double[][][] writtenOut(Method method, MethodSpec.Distillation spec) {
        double[][][] z = embeddings(method, 0, 0);
        double[][][] g = new double[2][ROWS][];
        Tensor correlation = null;
        for (int v = 0; v < 2; v++) {
            Tensor rows = Tensors.of(z[v]);
            Tensor own = rows.t().mm(rows).mul(Tensors.scalar((1 - ISO.rho()) / ROWS));
            correlation = correlation == null
                    ? own
                    : correlation.mul(Tensors.scalar(ISO.rho())).add(own);
            double[][] w = spec.predictor() instanceof PredictorSpec.Identity
                    ? null
                    : rows(spec.predictor() == ISO ? ISO.matrix(correlation) : named(method, "predictor.weight"));
            for (int n = 0; n < ROWS; n++) {
                g[v][n] = row(spec.regression(), w, z[v][n], z[1 - v][n]);
            }
        }
        return g;
    }

    /// Of one pair, divided by the rows of the batch: the residual of the regression, and W' in front of it
    /// where the regression has the predictor in its gradient.
    private static double[] row(Regression regression, double @Nullable [][] w, double[] z, double[] t) {
        int width = z.length;
        double[] p = w == null ? z : times(w, z);
        double pt = 0;
        double pp = 0;
        double tt = 0;
        for (int d = 0; d < width; d++) {
            pt += p[d] * t[d];
            pp += p[d] * p[d];
            tt += t[d] * t[d];
        }
        boolean cosine = !(regression instanceof Regression.Euclidean || regression instanceof Regression.IsoEuclidean);
        double half = regression == NEGATIVE ? 0.5 : 1;
        double[] residual = new double[width];
        for (int d = 0; d < width; d++) {
            double v = t[d] / Math.sqrt(pp * tt) - pt * p[d] / (Math.pow(pp, 1.5) * Math.sqrt(tt));
            residual[d] = (cosine ? -2 * half * v : 2 * (p[d] - t[d])) / ROWS;
        }
        boolean iso = regression instanceof Regression.IsoCosine || regression instanceof Regression.IsoEuclidean;
        return iso || w == null ? residual : times(transposed(w), residual);
    }

    private static double[][] transposed(double[][] w) {
        var t = new double[w[0].length][w.length];
        for (int i = 0; i < w.length; i++) {
            for (int j = 0; j < w[i].length; j++) {
                t[j][i] = w[i][j];
            }
        }
        return t;
    }

    private static double[] times(double[][] w, double[] x) {
        return Arrays.stream(w)
                .mapToDouble(row -> IntStream.range(0, x.length)
                        .mapToDouble(j -> row[j] * x[j])
                        .sum())
                .toArray();
    }

    private static double moved(Method method, int index, double by) {
        try (var scope = Scope.open();
                var off = Gradients.off()) {
            Tensor value = method.parameters().values().narrow(0, index, 1);
            value.add_(Tensors.scalar(by));
            double loss;
            try (var on = Gradients.on()) {
                loss = method.learn(views(3), 1, 0).total();
            }
            value.sub_(Tensors.scalar(by));
            return loss;
        }
    }
}
