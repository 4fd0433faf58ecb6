package org.fullrank.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.file.NpyArray;
import org.fullrank.net.SignalShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LinearMeasurementsTest {
    private static final double STEP = 1e-5;
    private static final List<Integer> SMALL = List.of(7, 6);

    private static double[] angles(int count) {
        return IntStream.range(0, count).mapToDouble(i -> Math.PI * i / count).toArray();
    }

    private static float[] random(int count, long seed) {
        Keyed random = Keyed.of(seed, 5);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static double[] wide(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }

    private static float[] narrow(double[] values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }

    /// The rows of the identity that a mask keeps.
    private static MatrixMeasurement entries(List<Integer> shape, boolean[] kept) {
        int[] columns = IntStream.range(0, kept.length).filter(i -> kept[i]).toArray();
        double[] ones = new double[columns.length];
        Arrays.fill(ones, 1);
        return new MatrixMeasurement(
                shape, IntStream.rangeClosed(0, columns.length).toArray(), columns, ones);
    }

    private static MatrixMeasurement dense(long seed) {
        return MatrixMeasurement.dense(SMALL, new NpyArray(List.of(20, 42), random(20 * 42, seed)));
    }

    static Stream<Measurement> maps() {
        MatrixMeasurement dense = dense(1);
        return Stream.of(
                dense, ParallelBeam.of(7, 6, 8, angles(5)), Measurement.of(SMALL, 20, dense::of, dense::adjoint));
    }

    @ParameterizedTest
    @MethodSource("maps")
    void theAdjointIsTheTransposedMap(Measurement map) {
        double[] x = wide(random(42, 2));
        double[] y = wide(random(map.count(), 3));
        double there = 0;
        double[] measured = map.of(x);
        for (int i = 0; i < y.length; i++) {
            there += measured[i] * y[i];
        }
        double back = 0;
        double[] adjoint = map.adjoint(y);
        for (int i = 0; i < x.length; i++) {
            back += x[i] * adjoint[i];
        }
        assertThat(measured).hasSize(map.count());
        assertThat(there).isCloseTo(back, within(1e-9));
    }

    /// Every 37th parameter, with a total variation and a missing measurement.
    @ParameterizedTest
    @MethodSource("maps")
    void gradientsOfMeasurementsEqualFiniteDifferences(Measurement map) {
        DecompositionSettings settings = Noisy.settings(2, 1).withVariation(0.1);
        List<SignalShape> sides = List.of(SignalShape.line(7), SignalShape.line(6));
        try (var scope = Scope.open();
                var model = new FactorModel(settings, sides, ScalarType.Double)) {
            Tensor measured = Tensors.of(wide(random(map.count(), 4)), 1, map.count());
            Tensor weights = measured.lt(Tensors.scalar(1)).to(ScalarType.Double);
            var objective = new FitObjective(settings, SMALL, measured, weights, map, 0.3);
            double value = objective.backward(Factors.product(model.factors(4)));
            double[] gradients = Tensors.doubles(model.parameters().gradients());
            double[] values = Tensors.doubles(model.parameters().values());
            assertThat(value(model, objective, 0, values[0])).isGreaterThan(value);
            for (int i = 0; i < values.length; i += 37) {
                double up = value(model, objective, i, values[i] + STEP);
                double down = value(model, objective, i, values[i] - STEP);
                value(model, objective, i, values[i]);
                assertThat((up - down) / (2 * STEP)).isCloseTo(gradients[i], within(1e-6));
            }
        }
    }

    private static double value(FactorModel model, FitObjective objective, int index, double value) {
        try (var scope = Scope.withoutGradients()) {
            model.parameters().values().narrow(0, index, 1).fill_(Tensors.scalar(value));
            Tensor product = Factors.product(model.factors(4));
            FitLoss loss = objective.settings().loss();
            Tensor fitted = objective.fitted(product);
            double data = Tensors.value(FactorModel.loss(loss, fitted, objective.measured(), objective.weights()));
            return data
                    + objective.settings().variation() * Tensors.value(TotalVariation.of(product, objective.shape()));
        }
    }

    @Test
    void measurementsOfEntriesAreFittedAsEntries() {
        Noisy noisy = Noisy.matrix(16, 12, 2, 0.3, 1);
        boolean[] kept = new boolean[192];
        float[] mask = new float[192];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = i % 7 != 0;
            mask[i] = kept[i] ? 1 : 0;
        }
        MatrixMeasurement map = entries(noisy.shape(), kept);
        float[] values = narrow(map.of(wide(noisy.values())));
        DecompositionSettings settings = Noisy.settings(3, 10);
        Decomposition found = Decomposition.fit(LinearMeasurements.of(map, values), settings);
        Decomposition expected =
                Decomposition.fit(PartialTensor.of(noisy.shape(), noisy.values(), mask, false), settings);
        for (int i = 0; i < 10; i++) {
            assertThat(found.losses()[i]).isCloseTo(expected.losses()[i], within(1e-3 * expected.losses()[i]));
            assertThat(found.heldOutLosses()[i])
                    .isCloseTo(expected.heldOutLosses()[i], within(1e-3 * expected.heldOutLosses()[i]));
        }
        assertThat(found.reconstruction()).containsExactly(expected.reconstruction(), within(0.01f));
    }

    @Test
    void theBeamsAtRightAnglesAreTheSumsOfColumnsAndRows() {
        double[] picture = wide(random(6 * 5, 6));
        double[] sums = ParallelBeam.of(6, 5, 7, 0, Math.PI / 2).of(picture); // [2, 7]
        for (int column = 0; column < 5; column++) {
            double sum = 0;
            for (int row = 0; row < 6; row++) {
                sum += picture[5 * row + column];
            }
            assertThat(sums[1 + column]).isCloseTo(sum, within(1e-9));
        }
        // At 90 degrees, detector t has the height t - 3, and row r the height 2.5 - r: half of it each.
        for (int t = 1; t < 6; t++) {
            double sum = 0;
            for (int column = 0; column < 5; column++) {
                sum += (picture[5 * (5 - t) + column] + picture[5 * (6 - t) + column]) / 2;
            }
            assertThat(sums[7 + t]).isCloseTo(sum, within(1e-9));
        }
    }

    /// A line through a disk of radius r at the distance t from its center has the length `2 sqrt(r^2 - t^2)`.
    @Test
    void theBeamsThroughADiskHaveTheLengthsOfItsChords() {
        int size = 121;
        double radius = 40;
        double[] disk = new double[size * size];
        for (int i = 0; i < disk.length; i++) {
            disk[i] = Math.hypot(i % size - 70, i / size - 60) <= radius ? 1 : 0; // the center is 10 to the right
        }
        double[] angles = angles(7);
        double[] sums = ParallelBeam.of(size, size, 181, angles).of(disk);
        for (int a = 0; a < angles.length; a++) {
            double total = 0;
            for (int t = 0; t < 181; t++) {
                double distance = t - 90 - 10 * Math.cos(angles[a]);
                double chord = 2 * Math.sqrt(Math.max(0, radius * radius - distance * distance));
                total += sums[a * 181 + t];
                if (Math.abs(distance) < 0.9 * radius) {
                    assertThat(sums[a * 181 + t]).isCloseTo(chord, within(3.0));
                }
            }
            assertThat(total).isCloseTo(Arrays.stream(disk).sum(), within(1e-6));
        }
    }

    @Test
    void aPictureOfLowRankIsFoundFromNoisyBeams() {
        Noisy noisy = Noisy.matrix(20, 20, 2, 0, 3);
        MatrixMeasurement map = ParallelBeam.of(20, 20, 29, angles(12));
        float[] values = narrow(map.of(wide(noisy.truth())));
        Keyed random = Keyed.of(8);
        for (int i = 0; i < values.length; i++) {
            values[i] += (float) (1.5 * random.nextGaussian());
        }
        var data = LinearMeasurements.of(map, values);
        Decomposition fitted = Decomposition.fit(data, Noisy.settings(4, 150));
        double found = Psnr.of(noisy.truth(), fitted.reconstruction());
        assertThat(found).isGreaterThan(Psnr.of(noisy.truth(), leastSquares(map, wide(values))) + 3);
        assertThat(found).isGreaterThan(20);
        // The held-out loss is that of the kept factors.
        int[] heldOut = HeldOut.of(data, 0.1, 3, 0).entries();
        double[] measured = map.of(wide(fitted.reconstruction()));
        double squares = Arrays.stream(heldOut)
                .mapToDouble(i -> Math.pow(measured[i] - values[i], 2))
                .average()
                .orElseThrow();
        assertThat(fitted.heldOut()).isCloseTo(squares, within(1e-4 * squares));
    }

    /// Conjugate gradients on the normal equations.
    private static float[] leastSquares(Measurement map, double[] values) {
        double[] residual = map.adjoint(values);
        double[] x = new double[residual.length];
        double[] direction = residual.clone();
        double length = dot(residual, residual);
        for (int k = 0; k < 200 && length > 1e-12; k++) {
            double[] normal = map.adjoint(map.of(direction));
            double step = length / dot(direction, normal);
            for (int i = 0; i < x.length; i++) {
                x[i] += step * direction[i];
                residual[i] -= step * normal[i];
            }
            double next = dot(residual, residual);
            for (int i = 0; i < x.length; i++) {
                direction[i] = residual[i] + next / length * direction[i];
            }
            length = next;
        }
        return narrow(x);
    }

    private static double dot(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
    }

    @Test
    void theFingerprintIsThatOfValuesAndMap() {
        float[] values = random(20, 3);
        MatrixMeasurement map = dense(1);
        String expected = LinearMeasurements.of(map, values).fingerprint();
        var functions = Measurement.of(SMALL, 20, map::of, map::adjoint);
        assertThat(LinearMeasurements.of(functions, values).fingerprint()).isEqualTo(expected);
        double[] weights = map.weights().clone();
        weights[800] += 0.001; // one entry of the last row
        var other = new MatrixMeasurement(SMALL, map.starts(), map.columns(), weights);
        assertThat(LinearMeasurements.of(other, values).fingerprint()).isNotEqualTo(expected);
        assertThat(LinearMeasurements.of(map, random(20, 4)).fingerprint()).isNotEqualTo(expected);
    }

    @Test
    void measurementsThatDoNotSuitTheMapAreRefused() {
        MatrixMeasurement map = dense(1);
        assertThatThrownBy(() -> LinearMeasurements.of(map, random(19, 1)))
                .isInstanceOf(InputException.class)
                .hasMessage("measurements: found 19 values, expected 20, those of the operator");
        for (List<Integer> wrong : List.of(List.of(42, 20), List.of(840), List.of(20, 7, 6), List.of(0, 42))) {
            var array = new NpyArray(wrong, random(wrong.contains(0) ? 0 : 20 * 42, 1));
            assertThatThrownBy(() -> MatrixMeasurement.dense(SMALL, array))
                    .isInstanceOf(InputException.class)
                    .hasMessage(
                            "operator: found shape %s, expected [m, 42] for m measurements of a tensor of shape [7, 6]",
                            wrong);
        }
        var infinite = new NpyArray(List.of(1, 2), new float[] {1, Float.NaN});
        assertThatThrownBy(() -> MatrixMeasurement.dense(List.of(1, 2), infinite))
                .hasMessage(
                        "operator: found the weight NaN in column 1, expected finite weights in columns from 0 to 1");
        assertThatThrownBy(() -> new MatrixMeasurement(SMALL, new int[] {0, 2}, new int[1], new double[1]))
                .hasMessage(
                        "operator: found 2 row starts, 1 columns and 1 weights, expected starts that rise from 0 to the"
                                + " number of weights, and as many columns as weights");
        assertThatThrownBy(() -> ParallelBeam.of(3, 3, 4)).hasMessageStartingWith("tomography: found 3 x 3 pixels, 4");
        var zero = LinearMeasurements.of(
                MatrixMeasurement.dense(SMALL, new NpyArray(List.of(2, 42), new float[2 * 42])), new float[] {1, 2});
        assertThatThrownBy(zero::gain).hasMessageStartingWith("operator: found A A' b of length 0.0");
    }
}
