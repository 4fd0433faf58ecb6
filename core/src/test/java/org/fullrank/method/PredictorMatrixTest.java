package org.fullrank.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.api.Test;

class PredictorMatrixTest {
    private static final Offset<Double> TIGHT = within(1e-8);

    private static Tensor gaussian(int rows, int columns, long seed) {
        var random = Keyed.of(seed);
        double[] values = new double[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextGaussian();
        }
        return Tensors.of(values, rows, columns);
    }

    @Test
    void aFunctionOfTheCorrelationIsAlignedAndSymmetric() {
        try (var scope = Scope.open()) {
            Tensor z = gaussian(50, 5, 1);
            Tensor f = z.t().mm(z);
            PredictorMatrix p = PredictorMatrix.of(f.mm(f), f);
            assertThat(p.alignment()).isCloseTo(1, TIGHT);
            assertThat(p.asymmetry()).isCloseTo(0, TIGHT);
        }
    }

    /// W = [[0, 1], [-1, 0]] turns every direction by a right angle; W' = -W.
    @Test
    void aQuarterTurnIsNeitherAlignedNorSymmetric() {
        try (var scope = Scope.open()) {
            Tensor w = Tensors.of(new double[] {0, 1, -1, 0}, 2, 2);
            Tensor f = Tensors.of(new double[] {2, 0, 0, 1}, 2, 2);
            PredictorMatrix p = PredictorMatrix.of(w, f);
            assertThat(p.alignment()).isCloseTo(0, TIGHT);
            assertThat(p.asymmetry()).isCloseTo(2, TIGHT);
            assertThat(p.largest()).isCloseTo(1, TIGHT);
            assertThat(p.participation()).isCloseTo(2, TIGHT);
        }
    }

    @Test
    void aLinearPredictorIsFoundFromItsOutputs() {
        try (var scope = Scope.open()) {
            Tensor z = gaussian(60, 4, 2);
            Tensor w = gaussian(4, 4, 3);
            PredictorMatrix known = PredictorMatrix.of(w, z.t().mm(z));
            PredictorMatrix found = PredictorMatrix.fitted(z, z.mm(w.t()));
            double[] expected = Tensors.doubles(torch.linalg_svdvals(w));
            assertThat(found.largest()).isCloseTo(expected[0], within(1e-6));
            assertThat(found.smallest()).isCloseTo(expected[3], within(1e-6));
            assertThat(found.alignment()).isCloseTo(known.alignment(), within(1e-6));
            assertThat(found.asymmetry()).isCloseTo(known.asymmetry(), within(1e-6));
        }
    }

    @Test
    void embeddingsOfFewDimensionsSayNothingOfTheOthers() {
        try (var scope = Scope.open()) {
            Tensor z = gaussian(60, 2, 4).mm(gaussian(2, 4, 5)); // rank 2
            PredictorMatrix p = PredictorMatrix.fitted(z, z);
            assertThat(p.participation()).isCloseTo(2, within(1e-6));
            assertThat(p.largest()).isCloseTo(1, within(1e-6));
        }
    }

    @Test
    void nothingGivesNumbers() {
        try (var scope = Scope.open()) {
            Tensor zero = gaussian(10, 3, 6).mul(Tensors.scalar(0));
            assertThat(PredictorMatrix.fitted(zero, zero).values().values())
                    .allSatisfy(v -> assertThat(v).isNotNaN());
        }
    }
}
