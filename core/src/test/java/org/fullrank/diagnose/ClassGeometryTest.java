package org.fullrank.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClassGeometryTest {
    private final Scope scope = Scope.open();

    @AfterEach
    void free() {
        scope.close();
    }

    @ParameterizedTest
    @CsvSource({"60, 5, 3", "40, 30, 4", "35, 4, 8"})
    void figuresEqualLoopsAndPseudoInverses(int rows, int width, int count) {
        double[][] z = Samples.mixed(1, rows, width);
        int[] labels = IntStream.range(0, rows).map(i -> i * i % 7 % count).toArray();
        for (int i = 0; i < rows; i++) {
            z[i][labels[i] % width] += 3;
        }
        var geometry = ClassGeometry.of(Samples.tensor(z), labels);
        double[] all = Samples.centroid(z, IntStream.range(0, rows).toArray());
        int[] found = Arrays.stream(labels).distinct().sorted().toArray();
        double[][] centroids = new double[found.length][];
        double within = 0;
        double between = 0;
        var scatterWithin = new SimpleMatrix(width, width);
        for (int c = 0; c < found.length; c++) {
            int label = found[c];
            int[] members =
                    IntStream.range(0, rows).filter(i -> labels[i] == label).toArray();
            centroids[c] = Samples.centroid(z, members);
            var own = new SimpleMatrix(width, width);
            for (int i : members) {
                var gap = row(z[i]).minus(row(centroids[c]));
                own = own.plus(gap.transpose().mult(gap));
                between += Samples.squaredDistance(centroids[c], all) / rows;
            }
            within += own.trace() / rows;
            scatterWithin = scatterWithin.plus(own.divide(rows));
            var shape = geometry.classes().get(c);
            assertThat(shape.label()).isEqualTo(label);
            assertThat(shape.rows()).isEqualTo(members.length);
            if (members.length > 1) {
                double k = members.length - 1;
                assertThat(shape.spread()).isCloseTo(own.trace() / k, withinPercentage(1e-6));
                double participation = own.trace() * own.trace() / own.mult(own).trace();
                assertThat(shape.participation()).isCloseTo(participation, withinPercentage(1e-6));
                assertThat(shape.rankShare())
                        .isCloseTo(participation * (k + width + 1) / (k * width + 2), withinPercentage(1e-6));
            } else {
                assertThat(shape.spread()).isNaN();
            }
        }
        assertThat(geometry.withinToBetween()).isCloseTo(within / between, withinPercentage(1e-6));
        assertThat(geometry.betweenShare()).isCloseTo(between / (within + between), withinPercentage(1e-6));
        frameEquals(geometry, centroids, scatterWithin);
        assertThat(geometry.nearestCentroid()).isCloseTo(nearest(z, labels, found), within(1e-12));
    }

    private static void frameEquals(ClassGeometry geometry, double[][] centroids, SimpleMatrix within) {
        int count = centroids.length;
        double[] middle = Samples.centroid(centroids, IntStream.range(0, count).toArray());
        double[][] frame = Arrays.stream(centroids)
                .map(c -> IntStream.range(0, c.length)
                        .mapToDouble(j -> c[j] - middle[j])
                        .toArray())
                .toArray(double[][]::new);
        var between = new SimpleMatrix(middle.length, middle.length);
        for (double[] c : frame) {
            between = between.plus(row(c).transpose().mult(row(c)).divide(count));
        }
        assertThat(geometry.nc1())
                .isCloseTo(within.mult(pseudoInverse(between)).trace() / count, withinPercentage(1e-6));
        double[] norms = Arrays.stream(frame)
                .mapToDouble(c -> Math.sqrt(Samples.dot(c, c)))
                .toArray();
        double[] cosines = IntStream.range(0, count * count)
                .filter(at -> at / count != at % count)
                .mapToDouble(at -> Samples.dot(Samples.unit(frame[at / count]), Samples.unit(frame[at % count])))
                .toArray();
        assertThat(geometry.centroidCosine()).isCloseTo(Samples.mean(cosines), withinPercentage(1e-6));
        assertThat(geometry.equinorm()).isCloseTo(deviation(norms) / Samples.mean(norms), withinPercentage(1e-6));
        assertThat(geometry.equiangularity()).isCloseTo(deviation(cosines), withinPercentage(1e-6));
        double simplex = -1.0 / (count - 1);
        assertThat(geometry.simplexDeviation())
                .isCloseTo(
                        Samples.mean(Arrays.stream(cosines)
                                .map(r -> Math.abs(r - simplex))
                                .toArray()),
                        withinPercentage(1e-6));
    }

    @Test
    void exactSimplexOfPointsIsFullNeuralCollapse() {
        int[] labels = IntStream.range(0, 40).map(i -> i % 4).toArray();
        double[][] z = new double[40][6];
        for (int i = 0; i < 40; i++) {
            z[i][labels[i]] = 5;
            z[i][5] = 3;
        }
        var geometry = ClassGeometry.of(Samples.tensor(z), labels);
        assertThat(geometry.nc1()).isCloseTo(0, within(1e-12));
        assertThat(geometry.equinorm()).isCloseTo(0, within(1e-12));
        assertThat(geometry.equiangularity()).isCloseTo(0, within(1e-12));
        assertThat(geometry.simplexDeviation()).isCloseTo(0, within(1e-12));
        assertThat(geometry.simplexCosine()).isEqualTo(-1.0 / 3);
        assertThat(geometry.nearestCentroid()).isEqualTo(1);
        assertThat(geometry.betweenShare()).isCloseTo(1, within(1e-12));
        assertThat(geometry.collapsed()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1, 1e-3", "7, 1e-3", "1, 0", "7, 0"})
    void collapsedClassesAreNamedAndNoOthers(int collapsed, double spread) {
        double[][] z = Samples.gaussian(2, 400, 12);
        int[] labels = IntStream.range(0, 400).map(i -> 3 + i % 10).toArray();
        for (int i = 0; i < 400; i++) {
            if (labels[i] < 3 + collapsed) {
                int label = labels[i];
                Arrays.setAll(z[i], j -> label);
                z[i][0] += spread * (i % 5);
            }
        }
        var geometry = ClassGeometry.of(Samples.tensor(z), labels);
        assertThat(geometry.collapsed())
                .extracting(ClassGeometry.Shape::label)
                .containsExactlyElementsOf(
                        IntStream.range(3, 3 + collapsed).boxed().toList());
        assertThat(geometry.section().readings().get(1).value()).isEqualTo(collapsed);
        assertThat(geometry.section().readings().get(1).meaning()).contains("classes 3");
    }

    @Test
    void classThatLiesOnALineIsNamedThoughItsSpreadIsThatOfTheOthers() {
        double[][] z = Samples.gaussian(3, 600, 40);
        int[] labels = IntStream.range(0, 600).map(i -> i % 6).toArray();
        for (int i = 4; i < 600; i += 6) {
            double at = z[i][0] * Math.sqrt(40);
            Arrays.fill(z[i], 0);
            z[i][9] = at;
        }
        var geometry = ClassGeometry.of(Samples.tensor(z), labels);
        assertThat(geometry.collapsed()).extracting(ClassGeometry.Shape::label).containsExactly(4);
        assertThat(geometry.classes().get(4).participation()).isCloseTo(1, within(1e-9));
        assertThat(geometry.classes().get(4).relativeSpread()).isGreaterThan(0.5);
    }

    @Test
    void healthyClassesReadTheirNull() {
        for (int width : new int[] {4, 60}) {
            int[] labels = IntStream.range(0, 3000).map(i -> i % 60).toArray();
            var geometry = ClassGeometry.of(Samples.tensor(Samples.gaussian(4, 3000, width)), labels);
            assertThat(geometry.collapsed()).isEmpty();
            assertThat(geometry.classes().stream()
                            .mapToDouble(ClassGeometry.Shape::rankShare)
                            .average()
                            .orElseThrow())
                    .isCloseTo(1, within(0.02));
            assertThat(geometry.nearestCentroid()).isCloseTo(1 / 60.0, within(0.01));
        }
    }

    @Test
    void oneClassOneRowAndZerosAreNoError() {
        var one = ClassGeometry.of(Samples.tensor(Samples.gaussian(5, 30, 4)), new int[30]);
        assertThat(one.classes()).hasSize(1);
        assertThat(one.nc1()).isNaN();
        assertThat(one.nearestCentroid()).isNaN();
        assertThat(one.betweenShare()).isCloseTo(0, within(1e-12));
        var row = ClassGeometry.of(Samples.tensor(new double[][] {{1, 2}}), new int[] {7});
        assertThat(row.classes().getFirst().spread()).isNaN();
        int[] labels = IntStream.range(0, 9).map(i -> i / 4).toArray(); // the last class has one row
        var zeros = ClassGeometry.of(Samples.tensor(new double[9][3]), labels);
        assertThat(zeros.nc1()).isNaN();
        assertThat(zeros.betweenShare()).isNaN();
        assertThat(zeros.collapsed()).isEmpty();
        assertThat(zeros.section().readings()).isNotEmpty();
        var z = Samples.tensor(new double[3][2]);
        assertThatThrownBy(() -> ClassGeometry.of(z, new int[2]))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("2 labels for 3 rows");
    }

    /// Each row against centroids that were made without it.
    private static double nearest(double[][] z, int[] labels, int[] classes) {
        int hits = 0;
        int judged = 0;
        for (int i = 0; i < z.length; i++) {
            int row = i;
            double best = Double.POSITIVE_INFINITY;
            int at = -1;
            boolean single = false;
            for (int label : classes) {
                int[] members = IntStream.range(0, z.length)
                        .filter(k -> k != row && labels[k] == label)
                        .toArray();
                single |= members.length == 0;
                double distance = Samples.squaredDistance(z[i], Samples.centroid(z, members));
                if (members.length > 0 && distance < best) {
                    best = distance;
                    at = label;
                }
            }
            if (!single) {
                judged++;
                hits += at == labels[i] ? 1 : 0;
            }
        }
        return (double) hits / judged;
    }

    private static SimpleMatrix row(double[] values) {
        return new SimpleMatrix(new double[][] {values});
    }

    /// EJML's own takes rounding for rank.
    private static SimpleMatrix pseudoInverse(SimpleMatrix symmetric) {
        var parts = symmetric.svd();
        double[] values = parts.getSingularValues();
        double[] inverse = Arrays.stream(values)
                .map(s -> s > 1e-10 * values[0] ? 1 / s : 0)
                .toArray();
        return parts.getV().mult(SimpleMatrix.diag(inverse)).mult(parts.getU().transpose());
    }

    private static double deviation(double[] values) {
        double mean = Samples.mean(values);
        return Math.sqrt(Samples.mean(
                Arrays.stream(values).map(v -> (v - mean) * (v - mean)).toArray()));
    }
}
