package org.fullrank.lab;

import java.util.random.RandomGenerator;
import org.ejml.simple.SimpleMatrix;

/// Gradient descent on a linear encoder `z = W x` of two inputs, with the invariance and one of two terms
/// against collapse: the log determinant of the covariance, or the variance and covariance of VICReg.
///
/// @param total covariance of the inputs, `[2, 2]`
/// @param noise covariance of the difference of two views, `[2, 2]`
record LogDetToy(SimpleMatrix total, SimpleMatrix noise) {
    /// Weight of the invariance. VICReg's weights of variance and covariance are 25 and 1.
    static final double INVARIANCE = 1;

    private static final double VARIANCE = 25;
    private static final double COVARIANCE = 1;
    private static final int STEPS = 5000;
    private static final double RATE = 0.01;

    /// The gradient of a loss with respect to W.
    @FunctionalInterface
    interface Slope {
        SimpleMatrix of(LogDetToy toy, SimpleMatrix w);
    }

    /// Inputs of two directions with the variances 1 of the signal and the given ones of the noise of a
    /// view, in axes that are turned by 0.5 rad.
    static LogDetToy of(double first, double second) {
        SimpleMatrix turn = new SimpleMatrix(
                2, 2, true, StrictMath.cos(.5), -StrictMath.sin(.5), StrictMath.sin(.5), StrictMath.cos(.5));
        SimpleMatrix noise = turn.mult(SimpleMatrix.diag(first, second)).mult(turn.transpose());
        return new LogDetToy(SimpleMatrix.identity(2).plus(noise), noise.scale(2));
    }

    /// The covariance of the embeddings.
    SimpleMatrix covariance(SimpleMatrix w) {
        return w.mult(total).mult(w.transpose());
    }

    /// The gradient of `a tr(W N W') - 1/2 log det(W C W')`.
    static SimpleMatrix logDet(LogDetToy toy, SimpleMatrix w) {
        SimpleMatrix pull = w.mult(toy.noise).scale(2 * INVARIANCE);
        return pull.minus(toy.covariance(w).invert().mult(w).mult(toy.total));
    }

    /// The gradient of `a tr(W N W') + 25 v + c`, with VICReg's terms v and c.
    static SimpleMatrix vicreg(LogDetToy toy, SimpleMatrix w) {
        SimpleMatrix s = toy.covariance(w);
        SimpleMatrix slope = new SimpleMatrix(2, 2); // with respect to s
        for (int j = 0; j < 2; j++) {
            double deviation = Math.sqrt(s.get(j, j));
            slope.set(j, j, deviation < 1 ? -VARIANCE / 2 / (2 * deviation) : 0);
            slope.set(j, 1 - j, COVARIANCE * s.get(j, 1 - j));
        }
        return w.mult(toy.noise)
                .scale(2 * INVARIANCE)
                .plus(slope.mult(w).mult(toy.total).scale(2));
    }

    /// The weights after descent from a random start.
    SimpleMatrix train(RandomGenerator random, Slope slope) {
        SimpleMatrix w = MatrixMath.gaussian(random, 2, 2, 0.5);
        for (int step = 0; step < STEPS; step++) {
            w = w.minus(slope.of(this, w).scale(RATE));
        }
        return w;
    }

    /// The absolute correlation of both embeddings.
    static double correlation(SimpleMatrix s) {
        return Math.abs(s.get(0, 1)) / Math.sqrt(s.get(0, 0) * s.get(1, 1));
    }

    /// The eigenvalues of the covariance at the optimum of the log determinant: those of signal to noise,
    /// `N^-1 C / (2 a)`, ascending. The axes are free.
    double[] optimum() {
        SimpleMatrix root = MatrixMath.spectral(noise, 2, l -> 1 / Math.sqrt(l));
        return MatrixMath.eigenvalues(root.mult(total).mult(root).divide(2 * INVARIANCE));
    }
}
