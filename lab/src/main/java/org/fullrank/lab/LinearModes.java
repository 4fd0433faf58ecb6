package org.fullrank.lab;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.ejml.simple.SimpleMatrix;

/// Stochastic gradient descent of a linear network W `[outputs, inputs]` on views of Gaussian input. The
/// predictor is set exactly to Wp = W W' at every step. The result is the course of the eigenvalues of W W'
/// over the steps.
///
/// @param form which loss
/// @param batch number of new samples per step
/// @param rate step size
/// @param noiseOne standard deviation of the noise of view 1, the online view
/// @param noiseTwo standard deviation of the noise of view 2
record LinearModes(Form form, int batch, double rate, double noiseOne, double noiseTwo) {
    static final int INPUTS = 15;
    static final int OUTPUTS = 10;
    /// Number of steps between records of the eigenvalues.
    static final int EVERY = 10;

    /// The losses, p = Wp z1.
    enum Form {
        EUCLIDEAN,
        ISO_EUCLIDEAN,
        EUCLIDEAN_NO_STOP,
        NO_PREDICTOR,
        COSINE,
        ISO_COSINE,
        COSINE_NO_PREDICTOR
    }

    /// Gradients of the loss of one sample with respect to z1 and, without stop-gradient, z2. Both are
    /// overwritten.
    @FunctionalInterface
    interface Gradient {
        void of(Form form, double[] wp, double[] z1, double[] z2, double[] g1, double[] g2);
    }

    /// Eigenvalues in ascending order. There is one row after every [#EVERY] steps, and one after the last
    /// step.
    record History(double[] steps, double[][] eigenvalues) {
        double[] first() {
            return eigenvalues[0];
        }

        double[] last() {
            return eigenvalues[eigenvalues.length - 1];
        }

        /// The course of the mode of this rank.
        double[] mode(int rank) {
            return Arrays.stream(eigenvalues).mapToDouble(row -> row[rank]).toArray();
        }

        /// The step at which the smallest mode exceeds one half; NaN if it never does.
        double half() {
            double[] least = mode(0);
            for (int i = 1; i < least.length; i++) {
                if (least[i] >= 0.5 && least[i - 1] < 0.5) {
                    double share = (0.5 - least[i - 1]) / (least[i] - least[i - 1]);
                    return steps[i - 1] + share * (steps[i] - steps[i - 1]);
                }
            }
            return Double.NaN;
        }
    }

    /// The correct gradients. The residual is p - z2 (Euclidean), or -v with v = z2/(|p||z2|) - (p.z2)
    /// p/(|p|^3 |z2|) (cosine). It is multiplied by Wp, except for IsoLoss.
    static void gradient(Form form, double[] wp, double[] z1, double[] z2, double[] g1, double[] g2) {
        double[] p = new double[OUTPUTS];
        boolean predicted = form != Form.NO_PREDICTOR && form != Form.COSINE_NO_PREDICTOR;
        if (predicted) {
            times(wp, z1, p);
        } else {
            System.arraycopy(z1, 0, p, 0, OUTPUTS);
        }
        double[] residual = new double[OUTPUTS];
        switch (form) {
            case EUCLIDEAN, ISO_EUCLIDEAN, EUCLIDEAN_NO_STOP, NO_PREDICTOR -> {
                VectorMath.add(residual, 1, p);
                VectorMath.add(residual, -1, z2);
            }
            case COSINE, ISO_COSINE, COSINE_NO_PREDICTOR -> {
                double size = VectorMath.norm(p);
                double target = VectorMath.norm(z2);
                VectorMath.add(residual, -1 / (size * target), z2);
                VectorMath.add(residual, VectorMath.dot(p, z2) / (size * size * size * target), p);
            }
        }
        if (form == Form.EUCLIDEAN || form == Form.EUCLIDEAN_NO_STOP || form == Form.COSINE) {
            times(wp, residual, g1);
        } else {
            System.arraycopy(residual, 0, g1, 0, OUTPUTS);
        }
        for (int i = 0; i < OUTPUTS; i++) {
            g2[i] = form == Form.EUCLIDEAN_NO_STOP ? -residual[i] : 0;
        }
    }

    /// Starts from independent N(0, 1/16) weights and trains.
    ///
    /// @param weights random numbers of the initial weights
    History train(RandomGenerator weights, RandomGenerator samples, int steps, Gradient gradient) {
        double[] w = VectorMath.gaussian(weights, OUTPUTS * INPUTS, 0.25);
        double[][] eigenvalues = new double[steps / EVERY + 1][];
        double[] at = new double[eigenvalues.length];
        double[] change = new double[w.length];
        for (int step = 0; step <= steps; step++) {
            double[] wp = predictor(w);
            if (step % EVERY == 0) {
                at[step / EVERY] = step;
                eigenvalues[step / EVERY] = MatrixMath.eigenvalues(new SimpleMatrix(OUTPUTS, OUTPUTS, true, wp));
            }
            batch(w, wp, samples, gradient, change);
            VectorMath.add(w, -rate / batch, change);
        }
        return new History(at, eigenvalues);
    }

    private void batch(double[] w, double[] wp, RandomGenerator samples, Gradient gradient, double[] sum) {
        Arrays.fill(sum, 0);
        double[] x1 = new double[INPUTS];
        double[] x2 = new double[INPUTS];
        double[] z1 = new double[OUTPUTS];
        double[] z2 = new double[OUTPUTS];
        double[] g1 = new double[OUTPUTS];
        double[] g2 = new double[OUTPUTS];
        for (int b = 0; b < batch; b++) {
            for (int i = 0; i < INPUTS; i++) {
                double x = samples.nextGaussian();
                x1[i] = noiseOne == 0 ? x : x + noiseOne * samples.nextGaussian();
                x2[i] = x + noiseTwo * samples.nextGaussian();
            }
            times(w, x1, z1);
            times(w, x2, z2);
            gradient.of(form, wp, z1, z2, g1, g2);
            outer(g1, x1, sum);
            if (form == Form.EUCLIDEAN_NO_STOP) {
                outer(g2, x2, sum);
            }
        }
    }

    /// W W', row by row.
    private static double[] predictor(double[] w) {
        double[] product = new double[OUTPUTS * OUTPUTS];
        for (int i = 0; i < OUTPUTS; i++) {
            for (int j = 0; j < OUTPUTS; j++) {
                double sum = 0;
                for (int k = 0; k < INPUTS; k++) {
                    sum += w[i * INPUTS + k] * w[j * INPUTS + k];
                }
                product[i * OUTPUTS + j] = sum;
            }
        }
        return product;
    }

    /// y = A x.
    static void times(double[] a, double[] x, double[] y) {
        for (int i = 0; i < y.length; i++) {
            double sum = 0;
            for (int k = 0; k < x.length; k++) {
                sum += a[i * x.length + k] * x[k];
            }
            y[i] = sum;
        }
    }

    /// A += y x'.
    private static void outer(double[] y, double[] x, double[] a) {
        for (int i = 0; i < y.length; i++) {
            for (int k = 0; k < x.length; k++) {
                a[i * x.length + k] += y[i] * x[k];
            }
        }
    }
}
