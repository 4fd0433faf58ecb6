package org.fullrank.lab;

import static org.fullrank.lab.Expected.atLeast;
import static org.fullrank.lab.Expected.atMost;

import java.util.List;
import java.util.random.RandomGenerator;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.spectral.ClosedForm;
import org.fullrank.spectral.Graph;
import org.fullrank.spectral.Groups;
import org.fullrank.spectral.Kernel;
import org.fullrank.spectral.SpectralMap;
import org.fullrank.spectral.SpectralObjective;
import org.fullrank.spectral.SpectralObjective.Contrastive;
import org.fullrank.spectral.SpectralObjective.Vicreg;

/// The optimum of an objective compared with a classical embedding of the same data.
///
/// @param distance of their matrices of inner products, relative
/// @param same whether both should be equal
record ClassicalComparison(String objective, String classical, double distance, boolean same) {
    private static final int WIDTH = 4;

    Claim claim() {
        return same
                ? Claim.of(
                        "%s is %s: relative distance".formatted(objective, classical),
                        distance,
                        atMost(SpectralFamily.ROUNDING),
                        "inner products are equal but for rounding; signs and rotations do not matter")
                : Claim.of(
                        "%s is not %s: relative distance".formatted(objective, classical),
                        distance,
                        atLeast(0.05),
                        "the mean of a graph with unequal degrees is far from an eigenvector; margin chosen here");
    }

    /// The comparisons on a graph, and on pairs of inputs.
    static List<ClassicalComparison> all(Setting setting, Graph graph, ClosedFits.Free free, ClosedFits.Mapped mapped) {
        SimpleMatrix laplacian = ClosedFits.laplacian(graph);
        SimpleMatrix similarity = ClosedFits.dense(graph).plus(SimpleMatrix.identity(SpectralFamily.NODES));
        // The weight moves the constant vector behind all others.
        SimpleMatrix constant = SimpleMatrix.filled(SpectralFamily.NODES, SpectralFamily.NODES, 10);
        SimpleMatrix eigenmaps = MatrixMath.spectral(
                        laplacian.scale(-1).minus(constant), WIDTH, l -> Math.max(0, 1 + SpectralFamily.GAMMA * l))
                .scale(SpectralFamily.NODES);
        SimpleMatrix scaling = MatrixMath.spectral(similarity, WIDTH, l -> Math.max(0, l));
        SimpleMatrix vicreg = gram(free, Vicreg.ofGamma(SpectralFamily.GAMMA), graph, true);
        SimpleMatrix contrastive = gram(free, new Contrastive(), graph, false);
        SimpleMatrix centered = gram(free, new Contrastive(), graph, true);
        return List.of(
                new ClassicalComparison(
                        "vicreg", "Laplacian eigenmaps", MatrixMath.relativeDistance(vicreg, eigenmaps), true),
                new ClassicalComparison(
                        "contrastive",
                        "scaling of similarities",
                        MatrixMath.relativeDistance(contrastive, scaling),
                        true),
                new ClassicalComparison(
                        "contrastive less its means",
                        "classical scaling of distances",
                        MatrixMath.relativeDistance(centered, classicalScaling(similarity)),
                        true),
                new ClassicalComparison(
                        "contrastive",
                        "classical scaling of distances",
                        MatrixMath.relativeDistance(contrastive, classicalScaling(similarity)),
                        false),
                new ClassicalComparison(
                        "whitened barlow-twins", "canonical correlations", canonicalDistance(setting, mapped), true));
    }

    private static SimpleMatrix gram(ClosedFits.Free free, SpectralObjective objective, Graph graph, boolean centered) {
        SimpleMatrix z = ClosedFits.embeddings(
                free.of(ClosedForm.of(objective).withWidth(WIDTH).withCentered(centered), graph));
        return z.mult(z.transpose());
    }

    /// Torgerson's scaling of the squared distances `s_ii + s_jj - 2 s_ij`.
    private static SimpleMatrix classicalScaling(SimpleMatrix similarity) {
        int size = similarity.getNumRows();
        SimpleMatrix squares = new SimpleMatrix(size, size);
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                squares.set(i, j, similarity.get(i, i) + similarity.get(j, j) - 2 * similarity.get(i, j));
            }
        }
        SimpleMatrix products =
                MatrixMath.centered(MatrixMath.centered(squares).transpose()).scale(-0.5);
        return MatrixMath.spectral(products, WIDTH, l -> Math.max(0, l));
    }

    /// Canonical correlations of pairs, in both orders.
    private static double canonicalDistance(Setting setting, ClosedFits.Mapped mapped) {
        int pairs = 300;
        RandomGenerator random = setting.random("spectral-family pairs");
        SimpleMatrix inputs = new SimpleMatrix(2 * pairs, 5);
        for (int i = 0; i < pairs; i++) {
            for (int j = 0; j < 5; j++) {
                double value = random.nextGaussian();
                for (int view = 0; view < 2; view++) {
                    inputs.set(2 * i + view, j, value + 0.3 * (j + 1) * random.nextGaussian());
                }
            }
        }
        ClosedForm form = ClosedForm.of(new SpectralObjective.BarlowTwins(true)).withWidth(3);
        SpectralMap map = mapped.of(form, Groups.ofViews(pairs, 2), inputs, new Kernel.Linear());
        SimpleMatrix z = ClosedFits.embed(map, inputs);
        SimpleMatrix left = MatrixMath.centered(inputs);
        SimpleMatrix right = new SimpleMatrix(2 * pairs, 5);
        for (int i = 0; i < 2 * pairs; i++) {
            right.setRow(i, left.getRow(i ^ 1)); // the other view
        }
        SimpleMatrix root =
                MatrixMath.spectral(left.transpose().mult(left).divide(2 * pairs), 5, l -> 1 / Math.sqrt(l));
        SimpleMatrix white = left.mult(root);
        SimpleMatrix correlations = white.transpose().mult(right.mult(root)).divide(2 * pairs);
        SimpleMatrix best = MatrixMath.spectral(correlations, 3, _ -> 1);
        return MatrixMath.relativeDistance(
                z.mult(z.transpose()), white.mult(best).mult(white.transpose()));
    }
}
