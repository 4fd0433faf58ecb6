package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.data.Split;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.lab.BootstrapRun.Plan;
import org.fullrank.lab.LinearModes.Form;
import org.fullrank.lab.PredictorCells.Measured;
import org.fullrank.lab.PredictorCells.Runs;
import org.fullrank.lab.PredictorHead.Kind;
import org.junit.jupiter.api.Test;

class PredictorCellsTest {
    /// Accuracies after the first and the last epoch, and the spread.
    private record Values(double first, double last, double spread) {}

    private interface Source {
        Values of(Kind kind, boolean ema, boolean cell);
    }

    private static Values reference(Kind kind, boolean ema, boolean cell) {
        return switch (kind) {
            case DIRECT_PRED -> new Values(0.53, 0.55, 0.7);
            case ISO_LOSS -> new Values(0.52, 0.59, 0.8);
            case PLAIN, PLAIN_BIAS -> new Values(0.54, 0.52, ema ? 0.2 : 0.1);
            case TIED, TIED_BIAS -> new Values(0.54, 0.53, ema ? 0.3 : 0.1);
        };
    }

    private static Runs runs(Kind kind, boolean ema, double rate, int count, Values values) {
        return new Runs(
                kind,
                ema,
                rate,
                IntStream.range(0, count)
                        .mapToObj(run -> new BootstrapRun(
                                new double[] {0.5, values.first, values.last + 1e-3 * run * kind.ordinal()},
                                values.spread))
                        .toList());
    }

    private static List<Claim> claims(Source source) {
        List<Runs> cells = new ArrayList<>();
        for (Kind kind : List.of(Kind.PLAIN, Kind.PLAIN_BIAS, Kind.TIED, Kind.TIED_BIAS)) {
            for (boolean ema : new boolean[] {false, true}) {
                cells.add(runs(kind, ema, 0.1, 3, source.of(kind, ema, true)));
            }
        }
        List<Runs> starts = new ArrayList<>();
        for (double rate : new double[] {0.03, 0.1, 0.3}) {
            for (Kind kind : List.of(Kind.PLAIN_BIAS, Kind.DIRECT_PRED, Kind.ISO_LOSS)) {
                starts.add(runs(kind, false, rate, 5, source.of(kind, false, false)));
            }
        }
        return PredictorCells.claims(new Measured(cells, starts));
    }

    @Test
    void everyClaimCanFail() {
        PlantedErrors.assertThatEveryClaimCanFail(
                claims(PredictorCellsTest::reference),
                List.of(
                        claims((kind, ema, cell) ->
                                reference(kind == Kind.ISO_LOSS ? Kind.DIRECT_PRED : kind, ema, cell)),
                        claims((kind, ema, cell) ->
                                kind == Kind.ISO_LOSS ? new Values(0.6, 0.5, 0.1) : reference(kind, ema, cell)),
                        claims((kind, ema, cell) -> cell ? new Values(0.5, 0.5, 0.9) : reference(kind, ema, cell)),
                        claims((kind, ema, cell) ->
                                kind == Kind.TIED ? new Values(0.5, 0.8, 0.1) : reference(kind, ema, cell))));
    }

    /// The gradient of the loss of a head at drawn embeddings, and that of [LinearModes], `[B][D]`.
    @Test
    void bothClosedFormsHaveTheGradientsOfTheTheory() {
        int width = LinearModes.OUTPUTS;
        for (Kind kind : List.of(Kind.DIRECT_PRED, Kind.ISO_LOSS)) {
            SimpleMatrix z = MatrixMath.gaussian(Keyed.of(1), 12, width, 1);
            SimpleMatrix t = MatrixMath.gaussian(Keyed.of(2), 12, width, 1);
            SimpleMatrix moment = z.transpose().mult(z).divide(12);
            double largest = moment.svd().getSingularValues()[0];
            double[] wp = MatrixMath.spectral(moment, width, s -> Math.sqrt(s / largest))
                    .getDDRM()
                    .getData();
            try (var head = new PredictorHead(kind, width, false, 1);
                    var scope = Scope.open()) {
                Tensor online = ClosedFits.tensor(z).to(ScalarType.Float).set_requires_grad(true);
                head.loss(online, ClosedFits.tensor(t).to(ScalarType.Float)).backward();
                double[] found = Tensors.doubles(online.grad().to(ScalarType.Double));
                Form form = kind == Kind.DIRECT_PRED ? Form.COSINE : Form.ISO_COSINE;
                for (int row = 0; row < 12; row++) {
                    double[] g1 = new double[width];
                    double[] g2 = new double[width];
                    LinearModes.gradient(
                            form,
                            wp,
                            z.getRow(row).getDDRM().getData().clone(),
                            t.getRow(row).getDDRM().getData().clone(),
                            g1,
                            g2);
                    for (int j = 0; j < width; j++) {
                        assertThat(found[row * width + j]).isCloseTo(2 * g1[j] / 12, within(1e-4));
                    }
                }
            }
        }
    }

    @Test
    void aTrainingEvaluatesBeforeAndAfterEachEpoch() {
        GrayImages train = GrayImages.of(null, Split.TRAIN, 0, 200);
        GrayImages test = GrayImages.of(null, Split.TEST, 0, 100);
        for (Kind kind : List.of(Kind.TIED, Kind.ISO_LOSS)) {
            BootstrapRun run = BootstrapRun.of(new Plan(kind, true, 0.1, 2), train, test, 3);
            assertThat(run.accuracies()).hasSize(3);
            assertThat(run.spread()).isBetween(0.0, 1.0);
            assertThat(run.accuracies())
                    .isEqualTo(BootstrapRun.of(new Plan(kind, true, 0.1, 2), train, test, 3)
                            .accuracies());
        }
    }
}
