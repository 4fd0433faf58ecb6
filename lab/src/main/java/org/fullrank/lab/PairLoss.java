package org.fullrank.lab;

import java.util.Arrays;
import org.ejml.simple.SimpleMatrix;

/// Gradients of joint-embedding losses with respect to the embeddings `[N, E]` of two views.
final class PairLoss {
    /// Weights of invariance and variance: those of VICReg.
    static final double INVARIANCE = 25;

    static final double VARIANCE = 25;

    /// Weight of the covariance. VICReg's weight is 1, with embeddings of thousands of dimensions. With
    /// fewer, the term is smaller.
    static final double COVARIANCE = 10;

    /// Temperature of SimCLR.
    private static final double TEMPERATURE = 0.5;

    /// Added to variances under the root, as in VICReg.
    private static final double TINY = 1e-4;

    private PairLoss() {}

    /// The covariance matrix of columns, with zeros for two columns of the same group.
    @FunctionalInterface
    interface Covariance {
        /// @param rows `[N, E]`
        /// @param group number of neighboring columns that form a group; 1 means that each is on its own
        /// @return `[E, E]`
        SimpleMatrix of(SimpleMatrix rows, int group);

        /// VICReg's covariance term: the sum of the squares, divided by E.
        default double term(SimpleMatrix rows, int group) {
            SimpleMatrix c = of(rows, group);
            return MatrixMath.inner(c, c) / c.getNumCols();
        }

        /// The gradient of the term with respect to the rows.
        default SimpleMatrix slope(SimpleMatrix rows, int group) {
            SimpleMatrix c = of(rows, group);
            return centered(rows).mult(c).scale(4.0 / (c.getNumCols() * (rows.getNumRows() - 1.0)));
        }
    }

    static SimpleMatrix covariance(SimpleMatrix rows, int group) {
        SimpleMatrix y = centered(rows);
        SimpleMatrix c = y.transpose().mult(y).divide(y.getNumRows() - 1.0);
        for (int i = 0; i < c.getNumRows(); i++) {
            int begin = i / group * group;
            for (int j = begin; j < begin + group; j++) {
                c.set(i, j, 0);
            }
        }
        return c;
    }

    /// The rows minus their mean.
    static SimpleMatrix centered(SimpleMatrix rows) {
        int width = rows.getNumCols();
        double[] means = new double[width];
        double[] values = rows.getDDRM().getData();
        for (int i = 0; i < values.length; i++) {
            means[i % width] += values[i] / rows.getNumRows();
        }
        SimpleMatrix centered = rows.copy();
        double[] moved = centered.getDDRM().getData();
        for (int i = 0; i < moved.length; i++) {
            moved[i] -= means[i % width];
        }
        return centered;
    }

    /// Gradient with respect to `a` of the mean squared difference of two views.
    static SimpleMatrix invarianceSlope(SimpleMatrix a, SimpleMatrix b) {
        return a.minus(b).scale(2.0 / a.getNumElements());
    }

    /// Gradient of the mean over the columns of `max(0, 1 - standard deviation)`.
    static SimpleMatrix varianceSlope(SimpleMatrix rows) {
        SimpleMatrix y = centered(rows);
        int width = y.getNumCols();
        double[] values = y.getDDRM().getData();
        double[] factors = new double[width];
        for (int i = 0; i < values.length; i++) {
            factors[i % width] += values[i] * values[i] / (y.getNumRows() - 1);
        }
        for (int j = 0; j < width; j++) {
            double deviation = Math.sqrt(factors[j] + TINY);
            factors[j] = deviation < 1 ? -1 / (width * deviation * (y.getNumRows() - 1)) : 0;
        }
        for (int i = 0; i < values.length; i++) {
            values[i] *= factors[i % width];
        }
        return y;
    }

    /// Gradient of SimCLR's loss with respect to both views, one below the other, `[2 N, E]`.
    static SimpleMatrix contrastSlope(SimpleMatrix both) {
        int rows = both.getNumRows();
        double[] lengths = lengths(both);
        SimpleMatrix unit = unit(both, lengths);
        SimpleMatrix p = unit.mult(unit.transpose());
        double[] values = p.getDDRM().getData();
        for (int i = 0; i < rows; i++) {
            double sum = 0;
            for (int j = 0; j < rows; j++) {
                int at = i * rows + j;
                values[at] = i == j ? 0 : Math.exp((values[at] - 1) / TEMPERATURE);
                sum += values[at];
            }
            for (int j = 0; j < rows; j++) {
                values[i * rows + j] /= sum;
            }
            values[i * rows + (i + rows / 2) % rows] -= 1;
        }
        SimpleMatrix slope = p.plus(p.transpose()).mult(unit).divide(rows * TEMPERATURE);
        return onSphere(slope, unit, lengths);
    }

    /// Gradient with respect to the predictions of `2 - 2 cos`, averaged over the rows: BYOL's loss.
    static SimpleMatrix cosineSlope(SimpleMatrix predictions, SimpleMatrix targets) {
        double[] lengths = lengths(predictions);
        SimpleMatrix slope = unit(targets, lengths(targets)).scale(-2.0 / predictions.getNumRows());
        return onSphere(slope, unit(predictions, lengths), lengths);
    }

    private static double[] lengths(SimpleMatrix rows) {
        double[] lengths = new double[rows.getNumRows()];
        Arrays.setAll(lengths, i -> rows.getRow(i).normF() + Math.sqrt(Double.MIN_NORMAL));
        return lengths;
    }

    private static SimpleMatrix unit(SimpleMatrix rows, double[] lengths) {
        SimpleMatrix unit = rows.copy();
        double[] values = unit.getDDRM().getData();
        for (int i = 0; i < values.length; i++) {
            values[i] /= lengths[i / rows.getNumCols()];
        }
        return unit;
    }

    /// The gradient with respect to rows, from the gradient with respect to the rows scaled to length 1.
    private static SimpleMatrix onSphere(SimpleMatrix slope, SimpleMatrix unit, double[] lengths) {
        int width = slope.getNumCols();
        double[] g = slope.getDDRM().getData();
        double[] u = unit.getDDRM().getData();
        for (int i = 0; i < lengths.length; i++) {
            double along = 0;
            for (int j = 0; j < width; j++) {
                along += g[i * width + j] * u[i * width + j];
            }
            for (int j = 0; j < width; j++) {
                int at = i * width + j;
                g[at] = (g[at] - along * u[at]) / lengths[i];
            }
        }
        return slope;
    }
}
