package org.fullrank.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.method.PredictorSpec.DirectSet;
import org.fullrank.method.TargetSpec.Ema;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.Mode;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.net.ParameterBuffer.Segment;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.objective.Regression;
import org.fullrank.objective.Regularized.OverViews;
import org.fullrank.objective.VarianceHinge;
import org.fullrank.optim.Optimizer;
import org.fullrank.optim.OptimizerSpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SelfDistillationTest {
    private static final int ROWS = 10;
    private static final int FEATURES = 6;
    private static final Regression COSINE = Regression.Cosine.defaults();
    private static final Regression NEGATIVE = new Regression.Cosine(Regression.Cosine.Form.NEGATIVE);
    private static final DirectSet ISO = new DirectSet(0.5, 0.1, 0.9, 1, DirectSet.Form.ISO, true);
    private static final Ema EMA = new Ema(0.9, Ema.Curve.CONSTANT, false);

    private static final List<PredictorSpec> PREDICTORS = List.of(
            new PredictorSpec.Identity(),
            new PredictorSpec.Mlp(7, true),
            new PredictorSpec.Mlp(7, false),
            new PredictorSpec.Linear(false, true),
            new PredictorSpec.Linear(true, false),
            PredictorSpec.Optimal.defaults(),
            DirectSet.defaults(),
            ISO);

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

    /// Where the target does not move with the parameters, or moves with gradient, the loss is a function of them.
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

    /// Of one pair, divided by the rows of the batch: the residual of the regression, and W' in front of it where the
    /// regression has the predictor in its gradient.
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
    void symmetricPredictorIsSymmetricAfterEachStepOfAnOptimiser() {
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

    private static Tensor named(Method method, String name) {
        return method.parameters().segments().stream()
                .filter(s -> s.name().equals(name))
                .findFirst()
                .orElseThrow()
                .view(method.parameters().values());
    }

    private static ProjectorSpec projector() {
        return new ProjectorSpec(List.of(7, 5), false).withLastBias(true);
    }

    private static MethodSpec.Distillation spec(PredictorSpec predictor, TargetSpec target, Regression regression) {
        return new MethodSpec.Distillation(projector(), predictor, target, regression, OverViews.PAIR, null, 1);
    }

    private static Method method(MethodSpec spec) {
        return Method.of(
                spec,
                new EncoderSpec.Mlp(List.of(8), false),
                FEATURES,
                3,
                new Method.Setting(Device.CPU, Precision.FP32, ScalarType.Double));
    }

    private static List<Tensor> views(int count) {
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
