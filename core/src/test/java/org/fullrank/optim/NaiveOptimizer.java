package org.fullrank.optim;

import org.ejml.simple.SimpleMatrix;
import org.fullrank.net.ParameterBuffer.Segment;

/// One update of all values, written as loops: the reference of the optimizers.
interface NaiveOptimizer {
    /// @param state whatever the method remembers, `[2][P]`
    void step(double[] w, double[] g, double[][] state, Segment segment, Treatment treatment, int step);

    /// How one parameter is treated.
    record Treatment(double rate, boolean decays) {
        double decay(double decay) {
            return decays ? decay : 0;
        }
    }

    static NaiveOptimizer sgd(double momentum, double decay) {
        return (w, g, state, s, t, step) -> {
            for (int i = (int) s.offset(); i < s.offset() + s.count(); i++) {
                state[0][i] = momentum * state[0][i] + g[i] + t.decay(decay) * w[i];
                w[i] -= t.rate() * state[0][i];
            }
        };
    }

    /// Kingma and Ba's algorithm 1 on the gradient of the loss with an L2 penalty.
    static NaiveOptimizer adam(double beta1, double beta2, double epsilon, double decay) {
        return (w, g, state, s, t, step) -> {
            for (int i = (int) s.offset(); i < s.offset() + s.count(); i++) {
                double gradient = g[i] + t.decay(decay) * w[i];
                state[0][i] = beta1 * state[0][i] + (1 - beta1) * gradient;
                state[1][i] = beta2 * state[1][i] + (1 - beta2) * gradient * gradient;
                double first = state[0][i] / (1 - Math.pow(beta1, step + 1));
                double second = state[1][i] / (1 - Math.pow(beta2, step + 1));
                w[i] -= t.rate() * first / (Math.sqrt(second) + epsilon);
            }
        };
    }

    static NaiveOptimizer adamW(double beta1, double beta2, double epsilon, double decay) {
        return (w, g, state, s, t, step) -> {
            for (int i = (int) s.offset(); i < s.offset() + s.count(); i++) {
                w[i] -= t.rate() * t.decay(decay) * w[i];
                state[0][i] = beta1 * state[0][i] + (1 - beta1) * g[i];
                state[1][i] = beta2 * state[1][i] + (1 - beta2) * g[i] * g[i];
                double first = state[0][i] / (1 - Math.pow(beta1, step + 1));
                double second = state[1][i] / (1 - Math.pow(beta2, step + 1));
                w[i] -= t.rate() * first / (Math.sqrt(second) + epsilon);
            }
        };
    }

    /// Tieleman and Hinton's lecture 6.5, as PyTorch has it.
    static NaiveOptimizer rmsprop(double alpha, double epsilon, double decay) {
        return (w, g, state, s, t, step) -> {
            for (int i = (int) s.offset(); i < s.offset() + s.count(); i++) {
                double gradient = g[i] + t.decay(decay) * w[i];
                state[0][i] = alpha * state[0][i] + (1 - alpha) * gradient * gradient;
                w[i] -= t.rate() * gradient / (Math.sqrt(state[0][i]) + epsilon);
            }
        };
    }

    /// Jordan's Muon for matrices, AdamW for vectors. The update of a matrix is `P f(S) Q'` of its singular value
    /// decomposition, with Jordan's polynomial five times over.
    static NaiveOptimizer muon(double momentum, double decay, double vectorRate) {
        NaiveOptimizer vectors = adamW(0.9, 0.999, 1e-8, decay);
        return (w, g, state, s, t, step) -> {
            if (s.sizes().size() == 1) {
                vectors.step(w, g, state, s, new Treatment(vectorRate * t.rate(), t.decays()), step);
                return;
            }
            int begin = (int) s.offset();
            int rows = s.sizes().getFirst().intValue();
            int columns = (int) s.count() / rows;
            var ahead = new SimpleMatrix(rows, columns);
            for (int i = begin; i < begin + s.count(); i++) {
                state[0][i] = momentum * state[0][i] + (1 - momentum) * g[i];
                ahead.set(i - begin, momentum * state[0][i] + (1 - momentum) * g[i]);
            }
            var parts = ahead.svd(true);
            SimpleMatrix singular = parts.getW().divide(ahead.normF() + 1e-7);
            for (int k = 0; k < Math.min(rows, columns); k++) {
                double x = singular.get(k, k);
                for (int i = 0; i < 5; i++) {
                    x = 3.4445 * x - 4.7750 * Math.pow(x, 3) + 2.0315 * Math.pow(x, 5);
                }
                singular.set(k, k, x);
            }
            SimpleMatrix update = parts.getU().mult(singular).mult(parts.getV().transpose());
            double length = t.rate() * Math.sqrt(Math.max(1, (double) rows / columns));
            for (int i = begin; i < begin + s.count(); i++) {
                w[i] -= t.rate() * t.decay(decay) * w[i] + length * update.get(i - begin);
            }
        };
    }

    static NaiveOptimizer lars(double momentum, double decay, double eta, boolean clip) {
        return (w, g, state, s, t, step) -> {
            int begin = (int) s.offset();
            int end = (int) (s.offset() + s.count());
            double weights = 0;
            double gradients = 0;
            double[] decayed = g.clone();
            for (int i = begin; i < end; i++) {
                decayed[i] = g[i] + t.decay(decay) * w[i];
                weights += w[i] * w[i];
                gradients += decayed[i] * decayed[i];
            }
            double trust = 1;
            if (s.sizes().size() > 1 && weights > 0 && gradients > 0) {
                trust = eta * Math.sqrt(weights) / Math.sqrt(gradients);
                trust = clip ? Math.min(trust / t.rate(), 1) : trust;
            }
            for (int i = begin; i < end; i++) {
                state[0][i] = momentum * state[0][i] + trust * decayed[i];
                w[i] -= t.rate() * state[0][i];
            }
        };
    }

    /// The trust ratio of You et al. (2017), equation 6, with solo-learn's cap and epsilon.
    static NaiveOptimizer larsOfSums(double momentum, double decay, double eta, boolean clip) {
        return (w, g, state, s, t, step) -> {
            int begin = (int) s.offset();
            int end = (int) (s.offset() + s.count());
            double weights = 0;
            double gradients = 0;
            for (int i = begin; i < end; i++) {
                weights += w[i] * w[i];
                gradients += g[i] * g[i];
            }
            double trust = 1;
            if (s.sizes().size() > 1) {
                double sum = Math.sqrt(gradients) + t.decay(decay) * Math.sqrt(weights) + 1e-8;
                trust = eta * Math.sqrt(weights) / sum;
                trust = clip ? Math.min(trust / t.rate(), 1) : trust;
            }
            for (int i = begin; i < end; i++) {
                state[0][i] = momentum * state[0][i] + trust * (g[i] + t.decay(decay) * w[i]);
                w[i] -= t.rate() * state[0][i];
            }
        };
    }
}
