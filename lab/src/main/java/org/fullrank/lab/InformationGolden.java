package org.fullrank.lab;

import static org.fullrank.lab.Expected.atMost;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.independence.GaussianMixture;

/// Claims about given numbers: a small network at three points, and the test of a sine.
record InformationGolden(Information.Local local, Information.Normality normality) {
    private static final double[][] POINTS = {{.5, .5}, {-1, .2}, {1, -1}};
    private static final double[][] OUTPUTS = {{-.12, .29}, {.416, .936}, {.96, .8}};
    private static final double[][] JACOBIANS = {{.02, -1.02, -.07, .09}, {-.28, .08, -.63, .18}, {.6, -.3, .5, -.25}};
    private static final double NOISE = 0.2;

    private static Perceptron network() {
        return new Perceptron(
                List.of(
                        new SimpleMatrix(3, 2, true, 1, -.5, .3, .8, -.7, .2).transpose(),
                        new SimpleMatrix(2, 3, true, .6, -1, .4, .5, .2, .9).transpose()),
                List.of(new SimpleMatrix(1, 3, true, .1, -.2, .3), new SimpleMatrix(1, 2)),
                false);
    }

    List<Claim> claims() {
        double outputs = 0;
        double slopes = 0;
        double gaussian;
        double diagonal;
        double covariance;
        try (LibraryNetwork network = new LibraryNetwork(network());
                var scope = Scope.withoutGradients()) {
            Tensor[] squares = new Tensor[POINTS.length];
            for (int n = 0; n < POINTS.length; n++) {
                SimpleMatrix jacobian = local.slope().of(network, POINTS[n]);
                double[] plain = local.copies()
                        .of(network, POINTS[n], new SimpleMatrix(1, 2), NOISE)
                        .plain();
                outputs = Math.max(outputs, distance(plain, OUTPUTS[n]));
                slopes = Math.max(slopes, distance(jacobian.getDDRM().getData(), JACOBIANS[n]));
                squares[n] = ClosedFits.tensor(
                                jacobian.mult(jacobian.transpose()).scale(NOISE * NOISE))
                        .unsqueeze(0);
            }
            var mixture = new GaussianMixture(Tensors.of(OUTPUTS), Tensors.cat(List.of(squares)));
            gaussian = mixture.gaussian();
            diagonal = mixture.diagonal();
            covariance = distance(
                    Tensors.doubles(mixture.covariance()),
                    new double[] {.215411555556, .097753777778, .097753777778, .087387555556});
        }
        double constant = Math.log(2 * Math.PI) + 1;
        double hadamard = Math.abs(2 * (diagonal - constant) + 3.972607260143);
        String golden = "golden value of numpy, given to 12 digits";
        return List.of(
                Claim.of(
                        "3 given points of a given network: largest error of an output",
                        outputs,
                        atMost(1e-12),
                        golden),
                Claim.of("the same: largest error of an entry of the Jacobian", slopes, atMost(1e-12), golden),
                Claim.of(
                        "the same with noise .2: largest error of the total covariance",
                        covariance,
                        atMost(1e-10),
                        golden),
                Claim.of(
                        "the same: error of the Gaussian bound of the entropy, .49731 nats",
                        Math.abs(gaussian - .497309567910),
                        atMost(1e-10),
                        golden),
                Claim.of("the same: error of the sum of the log variances, -3.97261", hadamard, atMost(1e-10), golden),
                Claim.of(
                        "D'Agostino and Pearson's test of 40 values of a sine: relative error of p = 3.6658e-6",
                        Math.abs(normality.of(sine()).p() / 3.665770139e-6 - 1),
                        atMost(1e-6),
                        "golden value of SciPy, given to 10 digits"));
    }

    private static double[] sine() {
        double[] values = new double[40];
        Arrays.setAll(values, j -> StrictMath.sin(1 + .7 * j));
        return values;
    }

    private static double distance(double[] found, double[] expected) {
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(found[i] - expected[i]));
        }
        return largest;
    }
}
