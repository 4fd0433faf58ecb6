package org.fullrank.lab;

import static org.fullrank.lab.Expected.atMost;

import java.util.Arrays;
import java.util.List;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.independence.Estimator;
import org.fullrank.independence.FeatureKernel;
import org.fullrank.independence.Hsic;
import org.fullrank.independence.ScalarFeatures;
import org.fullrank.lab.PairLoss.Covariance;
import org.fullrank.lab.VcregMeasured.Dependence;

/// Claims about the covariance term itself, on random rows.
///
/// @param covariance under test
record VcregIdentities(Covariance covariance) {
    /// Step of finite differences.
    private static final double STEP = 1e-5;

    List<Claim> claims(Setting setting) {
        var random = setting.random("vcreg-independence identities");
        SimpleMatrix z = MatrixMath.gaussian(random, 60, 4, 1).plus(0.5);
        z = z.elementMult(z).plus(MatrixMath.gaussian(random, 60, 1, 1).mult(new SimpleMatrix(1, 4, true, 1, 1, 1, 1)));
        CosineFeatures features = CosineFeatures.of(random, 5);
        return List.of(
                Claim.of(
                        "the covariance between the cosine features of two dimensions is HSIC with the kernel of these"
                                + " features: relative difference of the sums over all pairs",
                        identity(z, features),
                        atMost(1e-10),
                        "an identity; HSIC is computed by the classes of `fullrank independence`"),
                Claim.of(
                        "the gradient of the covariance term agrees with finite differences: largest relative error",
                        Math.max(slopeError(z, 1), slopeError(features.of(z), 5)),
                        atMost(1e-6),
                        "central differences with step 1e-5"));
    }

    private double identity(SimpleMatrix z, CosineFeatures features) {
        int width = z.getNumCols();
        double term = covariance.term(features.of(z), features.phases().length) * width * features.phases().length;
        var same = new ScalarFeatures(ScalarFeatures.Function.COSINE, features.frequencies(), features.phases(), 1);
        double[] ones = new double[width];
        Arrays.fill(ones, 1);
        var hsic = new Hsic(new FeatureKernel(same, new double[width], ones), Estimator.BIASED);
        double sum = hsic.of(Dependence.columns(z)).criterion() * width * (width - 1);
        return Math.abs(term - sum) / sum;
    }

    private double slopeError(SimpleMatrix rows, int group) {
        SimpleMatrix slope = covariance.slope(rows, group);
        double largest = 0;
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < rows.getNumCols(); j++) {
                SimpleMatrix up = rows.copy();
                up.set(i, j, up.get(i, j) + STEP);
                SimpleMatrix down = rows.copy();
                down.set(i, j, down.get(i, j) - STEP);
                double found = (covariance.term(up, group) - covariance.term(down, group)) / (2 * STEP);
                largest = Math.max(largest, Math.abs(found - slope.get(i, j)));
            }
        }
        return largest / slope.elementMaxAbs();
    }
}
