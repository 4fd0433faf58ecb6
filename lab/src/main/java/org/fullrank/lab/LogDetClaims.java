package org.fullrank.lab;

import static org.fullrank.lab.Expected.atLeast;
import static org.fullrank.lab.Expected.atMost;

import java.util.List;
import java.util.stream.IntStream;
import org.ejml.simple.SimpleMatrix;

/// Claims about the embeddings that the log determinant and VICReg lead to.
///
/// @param logDet gradient of the log determinant with invariance
/// @param vicreg gradient of VICReg's terms
record LogDetClaims(LogDetToy.Slope logDet, LogDetToy.Slope vicreg) {
    private static final int STARTS = 8;

    List<Claim> claims(Setting setting) {
        LogDetToy equal = LogDetToy.of(0.2, 0.2);
        LogDetToy unequal = LogDetToy.of(0.05, 0.5);
        List<SimpleMatrix> logDetUnequal = covariances(setting, unequal, logDet);
        double logDetCorrelation = correlation(logDetUnequal);
        return List.of(
                Claim.of(
                        "two dimensions, equal noise, log det: largest correlation of the embeddings",
                        correlation(covariances(setting, equal, logDet)),
                        atMost(1e-3),
                        "signal to noise is equal in all directions"),
                Claim.of(
                        "the same with VICReg",
                        correlation(covariances(setting, equal, vicreg)),
                        atMost(1e-3),
                        "the covariance term has nothing against it"),
                Claim.of(
                        "a finding: unequal noise, log det: largest correlation, because the axes are free",
                        logDetCorrelation,
                        atLeast(0.3),
                        "the loss does not change if embeddings are rotated; the specification expects a diagonal"
                                + " covariance"),
                Claim.of(
                        "unequal noise, log det: eigenvalues of the covariance are signal to noise / (2 a): largest"
                                + " relative error",
                        eigenvalueError(logDetUnequal, unequal.optimum()),
                        atMost(1e-3),
                        "the stationary point, derived here"),
                Claim.of(
                        "unequal noise, VICReg: largest correlation, divided by that with log det",
                        correlation(covariances(setting, unequal, vicreg)) / logDetCorrelation,
                        atMost(0.5),
                        "the covariance term acts against the invariance, which pulls both dimensions to the direction"
                                + " with less noise; the margin is chosen here"));
    }

    /// The covariances of the embeddings after descent from each start.
    private static List<SimpleMatrix> covariances(Setting setting, LogDetToy toy, LogDetToy.Slope slope) {
        return IntStream.range(0, STARTS)
                .mapToObj(start -> toy.covariance(toy.train(setting.random("information toy", start), slope)))
                .toList();
    }

    private static double correlation(List<SimpleMatrix> covariances) {
        return VectorMath.largest(covariances, LogDetToy::correlation);
    }

    private static double eigenvalueError(List<SimpleMatrix> covariances, double[] expected) {
        double worst = 0;
        for (SimpleMatrix covariance : covariances) {
            double[] found = MatrixMath.eigenvalues(covariance);
            for (int i = 0; i < found.length; i++) {
                worst = Math.max(worst, Math.abs(found[i] / expected[i] - 1));
            }
        }
        return worst;
    }
}
