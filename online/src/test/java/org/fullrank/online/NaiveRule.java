package org.fullrank.online;

/**
 * The terms of the predictive rule in float64, written as the formulas stand: for one batch with its own moments, and as
 * a loss of one sample whose running moments include the sample.
 */
final class NaiveRule {
    private NaiveRule() {}

    static double activation(Activation f, double a) {
        return switch (f) {
            case LINEAR -> a;
            case RELU -> Math.max(0, a);
            case TANH -> Math.tanh(a);
        };
    }

    static double slope(Activation f, double a) {
        return switch (f) {
            case LINEAR -> 1;
            case RELU -> a > 0 ? 1 : 0;
            case TANH -> 1 - Math.tanh(a) * Math.tanh(a);
        };
    }

    static double[] response(double[][] w, float[] x) {
        double[] a = new double[w.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < x.length; j++) {
                a[i] += w[i][j] * x[j];
            }
        }
        return a;
    }

    static double[] features(LatentSettings s, double[][] w, float[] x) {
        double[] z = response(w, x);
        for (int i = 0; i < z.length; i++) {
            z[i] = activation(s.activation(), z[i]);
        }
        return z;
    }

    static double[][] weights(OnlineRule rule) {
        float[] flat = rule.weights();
        double[][] w = new double[rule.units()][rule.inputs()];
        for (int k = 0; k < flat.length; k++) {
            w[k / rule.inputs()][k % rule.inputs()] = flat[k];
        }
        return w;
    }

    /** The mean over the batch, in its order as one sequence, of {@code g_i x_j}. */
    static double[][] batchUpdate(LatentSettings s, double[][] w, float[][] batch) {
        int units = w.length;
        int n = batch.length;
        double[][] z = new double[n][];
        double[] mean = new double[units];
        for (int t = 0; t < n; t++) {
            z[t] = features(s, w, batch[t]);
            for (int i = 0; i < units; i++) {
                mean[i] += z[t][i] / n;
            }
        }
        double[][] c = new double[units][units];
        for (double[] row : z) {
            for (int i = 0; i < units; i++) {
                for (int k = 0; k < units; k++) {
                    c[i][k] += (row[i] - mean[i]) * (row[k] - mean[k]) / n;
                }
            }
        }
        double[][] update = new double[units][w[0].length];
        for (int t = 0; t < n; t++) {
            double[] a = response(w, batch[t]);
            for (int i = 0; i < units; i++) {
                double u = z[t][i] - mean[i];
                double variance = c[i][i] + s.epsilon();
                double push = s.push() == Push.LOG_VARIANCE ? u / variance : variance < 1 ? u / Math.sqrt(variance) : 0;
                double pull = t == 0 ? 0 : z[t][i] - z[t - 1][i];
                double apart = 0;
                for (int k = 0; k < units; k++) {
                    double uk = z[t][k] - mean[k];
                    if (k != i || s.population() == Population.EVERYONE) {
                        apart += switch (s.decorrelation()) {
                            case NONE -> 0;
                            case CORRECTED -> uk * c[i][k];
                            case PRINTED -> u * uk * uk;
                        };
                    }
                }
                double g = -s.pull() * pull + s.hebbian() * push - s.decorrelationWeight() * apart / (units - 1);
                for (int j = 0; j < w[i].length; j++) {
                    update[i][j] += g * slope(s.activation(), a[i]) * batch[t][j] / n;
                }
            }
        }
        return update;
    }

    /** Running moments before a sample, and the mean after it, which the printed decorrelation holds fixed. */
    record Before(double[] mean, double[] meanAfter, double[][] c, double[] previous, double rate) {}

    /** The loss of one sample, as in the Javadoc of {@link LatentPredictive}. */
    static double loss(LatentSettings s, double[][] w, float[] x, Before before) {
        double k = before.rate;
        double[] z = features(s, w, x);
        int units = z.length;
        double loss = 0;
        for (int i = 0; i < units; i++) {
            double d = z[i] - before.mean[i];
            double variance = (1 - k) * (before.c[i][i] + k * d * d) + s.epsilon();
            loss += s.pull() / 2 * Math.pow(z[i] - before.previous[i], 2);
            loss += s.push() == Push.LOG_VARIANCE
                    ? -s.hebbian() / (2 * k) * Math.log(variance)
                    : s.hebbian() / k * Math.max(0, 1 - Math.sqrt(variance));
            for (int m = 0; m < units; m++) {
                double dm = z[m] - before.mean[m];
                double beta = s.decorrelationWeight() / (units - 1);
                if (m != i && s.decorrelation() == Decorrelation.CORRECTED) {
                    loss += beta / (4 * k) * Math.pow((1 - k) * (before.c[i][m] + k * d * dm), 2);
                } else if (m != i && s.decorrelation() == Decorrelation.PRINTED) {
                    double u = z[i] - before.meanAfter[i];
                    double um = z[m] - before.meanAfter[m];
                    loss += beta / 4 * u * u * um * um;
                }
            }
        }
        return loss;
    }
}
