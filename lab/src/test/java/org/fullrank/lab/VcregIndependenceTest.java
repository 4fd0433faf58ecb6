package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.engine.Keyed;
import org.fullrank.lab.PairLoss.Covariance;
import org.fullrank.lab.VcregMeasured.Dependence;
import org.junit.jupiter.api.Test;

class VcregIndependenceTest {
    private static final double STEP = 1e-6;

    private static List<String> failed(Covariance wrong) {
        return failed(new VcregIndependence(wrong)
                .run(new Setting(Setting.SEED, true, null))
                .claims());
    }

    private static List<String> failed(List<Claim> claims) {
        return claims.stream()
                .filter(claim -> claim.verdict() == ClaimVerdict.FAILS)
                .map(Claim::text)
                .toList();
    }

    @Test
    void withoutCovarianceTheWidthOfTheProjectorDoesNotMatter() {
        assertThat(failed((rows, _) -> new SimpleMatrix(rows.getNumCols(), rows.getNumCols())))
                .anyMatch(claim -> claim.startsWith("without a projector the dimensions are uncorrelated"))
                .anyMatch(claim -> claim.startsWith("elementwise features make them more independent"))
                .anyMatch(claim -> claim.startsWith("the outputs of random 128 become less correlated"))
                .anyMatch(claim -> claim.startsWith("a narrow projector decorrelates its output"));
    }

    /// Measures of the representation, given as those of the output, refute every claim about the output.
    @Test
    void theRepresentationIsNotTheOutput() {
        Dependence independent = new Dependence(0.02, 5e-4, 4e-4);
        var comparison = new VcregComparison(VcregIndependence.arms().stream()
                .map(arm -> new VcregMeasured(arm, independent, independent, independent.squaredCorrelation()))
                .toList());
        assertThat(failed(comparison.behind())).hasSize(7);
    }

    @Test
    void uncenteredProductsAreNoCovariance() {
        assertThat(failed((rows, group) -> {
                    SimpleMatrix c = PairLoss.covariance(rows, group);
                    SimpleMatrix means = rows.minus(PairLoss.centered(rows));
                    return c.plus(means.transpose().mult(means).divide(rows.getNumRows()));
                }))
                .anyMatch(claim -> claim.contains("is HSIC with the kernel"))
                .anyMatch(claim -> claim.contains("finite differences"));
    }

    @Test
    void theSlopesOfTheLossesAreThoseOfFiniteDifferences() {
        var random = Keyed.of(1);
        SimpleMatrix a = MatrixMath.gaussian(random, 6, 3, 0.5);
        SimpleMatrix b = MatrixMath.gaussian(random, 6, 3, 0.5);
        assertSlope(a, PairLoss.varianceSlope(a), VcregIndependenceTest::variance);
        assertSlope(a, PairLoss.contrastSlope(a), VcregIndependenceTest::contrast);
        assertSlope(a, PairLoss.cosineSlope(a, b), x -> cosine(x, b));
        assertSlope(a, PairLoss.invarianceSlope(a, b), x -> Math.pow(x.minus(b).normF(), 2) / x.getNumElements());
    }

    @Test
    void theSlopeOfANetworkIsThatOfFiniteDifferences() {
        var random = Keyed.of(2);
        Perceptron net = Perceptron.gaussian(random, 1, true, 3, 5, 4);
        CosineFeatures features = CosineFeatures.of(random, 2);
        SimpleMatrix x = MatrixMath.gaussian(random, 4, 3, 1);
        ToDoubleFunction<SimpleMatrix> sum = z -> features.of(net.apply(z)).elementSum();
        List<SimpleMatrix> outputs = net.outputs(x);
        SimpleMatrix ones = new SimpleMatrix(4, 8).plus(1);
        Perceptron.Slope slope = net.slope(outputs, features.slope(outputs.getLast(), ones));
        assertSlope(x, slope.input(), sum);
        double[] weights = net.arrays().getFirst();
        double[] bias = net.arrays().getLast();
        assertThat(slope.parameters().arrays().getFirst()[4]).isCloseTo(difference(weights, 4, x, sum), within(1e-6));
        assertThat(slope.parameters().arrays().getLast()[1]).isCloseTo(difference(bias, 1, x, sum), within(1e-6));
    }

    private static void assertSlope(SimpleMatrix x, SimpleMatrix slope, ToDoubleFunction<SimpleMatrix> loss) {
        SimpleMatrix moved = x.copy();
        double[] values = moved.getDDRM().getData();
        for (int i = 0; i < values.length; i++) {
            assertThat(slope.getDDRM().getData()[i]).isCloseTo(difference(values, i, moved, loss), within(1e-6));
        }
    }

    /// The central difference of a loss when one value of an array changes.
    private static double difference(double[] values, int at, SimpleMatrix x, ToDoubleFunction<SimpleMatrix> loss) {
        double value = values[at];
        values[at] = value + STEP;
        double up = loss.applyAsDouble(x);
        values[at] = value - STEP;
        double down = loss.applyAsDouble(x);
        values[at] = value;
        return (up - down) / (2 * STEP);
    }

    private static double variance(SimpleMatrix rows) {
        double sum = 0;
        for (int j = 0; j < rows.getNumCols(); j++) {
            double[] column = rows.getColumn(j).getDDRM().getData();
            double deviation = VectorMath.deviation(column);
            sum += Math.max(0, 1 - Math.sqrt(deviation * deviation + 1e-4)) / rows.getNumCols();
        }
        return sum;
    }

    private static double contrast(SimpleMatrix both) {
        int rows = both.getNumRows();
        double loss = 0;
        for (int i = 0; i < rows; i++) {
            double sum = 0;
            for (int j = 0; j < rows; j++) {
                sum += i == j ? 0 : Math.exp(cosine(both, i, both, j) / 0.5);
            }
            loss += (Math.log(sum) - cosine(both, i, both, (i + rows / 2) % rows) / 0.5) / rows;
        }
        return loss;
    }

    private static double cosine(SimpleMatrix a, SimpleMatrix b) {
        double loss = 0;
        for (int i = 0; i < a.getNumRows(); i++) {
            loss += (2 - 2 * cosine(a, i, b, i)) / a.getNumRows();
        }
        return loss;
    }

    private static double cosine(SimpleMatrix a, int i, SimpleMatrix b, int j) {
        SimpleMatrix x = a.getRow(i);
        SimpleMatrix y = b.getRow(j);
        return MatrixMath.inner(x, y) / (x.normF() * y.normF());
    }
}
