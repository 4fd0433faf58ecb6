package org.fullrank.lab;

import org.ejml.simple.SimpleMatrix;

/// Computes the gradient flow of BYOL and SimSiam in linear networks. There are three forms: for general
/// matrices (lemma 1 of the paper), for symmetric matrices, and for single eigenmodes. The paper is Tian,
/// Chen and Ganguli, "Understanding self-supervised learning dynamics without contrastive pairs", ICML 2021,
/// arXiv 2102.06810. The letters are those of the paper: W are the online weights, Wp is the predictor, Wa is
/// the target, and F = W W'.
final class Byol {
    static final String PAPER = "Tian, Chen, Ganguli, Understanding self-supervised learning dynamics without"
            + " contrastive pairs, ICML 2021, arXiv 2102.06810";

    private Byol() {}

    /// @param alphaP rate of the predictor divided by the rate of the online weights
    /// @param noise sigma^2, the variance of an isotropic augmentation
    /// @param eta weight decay
    /// @param beta rate of the target divided by the rate of the online weights. If it is 0, the target is
    ///     tau times the online weights with a constant tau. This is SimSiam for tau = 1
    record Parameters(double alphaP, double noise, double eta, double beta) {
        Parameters withEta(double other) {
            return new Parameters(alphaP, noise, other, beta);
        }

        /// The non-zero fixed point on the parabola. For sign 1 it is the stable one, and for -1 the unstable
        /// one. NaN if the decay is too strong for any fixed point.
        double fixedPoint(double tau, int sign) {
            double root = Math.sqrt(tau * tau - 4 * eta * (1 + noise));
            return (tau + sign * root) / (2 * (1 + noise));
        }
    }

    /// One eigenmode. It has the eigenvalue p of the predictor, the eigenvalue s of F, and the share tau of
    /// the target.
    record Mode(double p, double s, double tau) implements State<Mode> {
        @Override
        public Mode plus(double factor, Mode other) {
            return new Mode(p + factor * other.p, s + factor * other.s, tau + factor * other.tau);
        }
    }

    /// dp = alphaP s [tau - (1 + noise) p] - eta p; ds = 2 p s [tau - (1 + noise) p] - 2 eta s; s dtau = beta
    /// (1 - tau) s - tau ds / 2. The last equation is divided by s here, so that s = 0 is possible.
    static Mode slope(Parameters a, Mode m) {
        double drive = m.tau - (1 + a.noise) * m.p;
        double dp = a.alphaP * m.s * drive - a.eta * m.p;
        double growth = 2 * m.p * drive - 2 * a.eta;
        double dtau = a.beta == 0 ? 0 : a.beta * (1 - m.tau) - m.tau * growth / 2;
        return new Mode(dp, growth * m.s, dtau);
    }

    /// Symmetric predictor and F, both `[n2, n2]`.
    record Symmetric(SimpleMatrix wp, SimpleMatrix f) implements State<Symmetric> {
        @Override
        public Symmetric plus(double factor, Symmetric other) {
            return new Symmetric(wp.plus(factor, other.wp), f.plus(factor, other.f));
        }

        /// F Wp - Wp F.
        SimpleMatrix commutator() {
            return f.mult(wp).minus(wp.mult(f));
        }
    }

    /// dWp = -(alphaP/2)(1 + noise){Wp, F} + alphaP tau F - eta Wp; dF = -(1 + noise){Wp^2, F} + tau {Wp,
    /// F} - 2 eta F.
    static Symmetric slope(Parameters a, double tau, Symmetric y) {
        SimpleMatrix both = anticommutator(y.wp, y.f);
        SimpleMatrix dwp = both.scale(-a.alphaP / 2 * (1 + a.noise))
                .plus(a.alphaP * tau, y.f)
                .plus(-a.eta, y.wp);
        SimpleMatrix df = anticommutator(y.wp.mult(y.wp), y.f)
                .scale(-(1 + a.noise))
                .plus(tau, both)
                .plus(-2 * a.eta, y.f);
        return new Symmetric(dwp, df);
    }

    /// A B + B A.
    static SimpleMatrix anticommutator(SimpleMatrix a, SimpleMatrix b) {
        return a.mult(b).plus(b.mult(a));
    }

    /// Second moments of the data, `[n1, n1]`.
    ///
    /// @param signal X, the second moments of the mean view
    /// @param noise X', the second moments of the views about their mean
    record Moments(SimpleMatrix signal, SimpleMatrix noise) {
        static Moments isotropic(int inputs, double noise) {
            SimpleMatrix identity = SimpleMatrix.identity(inputs);
            return new Moments(identity, identity.scale(noise));
        }
    }

    /// Online weights and target `[n2, n1]`, and predictor `[n2, n2]`.
    record Full(SimpleMatrix w, SimpleMatrix wp, SimpleMatrix wa) implements State<Full> {
        @Override
        public Full plus(double factor, Full other) {
            return new Full(w.plus(factor, other.w), wp.plus(factor, other.wp), wa.plus(factor, other.wa));
        }

        /// The distance between two states in the online weights and the predictor.
        double distance(Full other) {
            return Math.hypot(w.minus(other.w).normF(), wp.minus(other.wp).normF());
        }

        /// The norm of the online weights and the predictor.
        double norm() {
            return Math.hypot(w.normF(), wp.normF());
        }
    }

    /// Lemma 1: with R = -Wp W (X + X') + Wa X, dW = Wp' R - eta W; dWp = alphaP R W' - eta Wp; dWa = beta
    /// (W - Wa).
    static Full slope(Parameters a, Moments data, Full y) {
        SimpleMatrix target = a.beta == 0 ? y.w : y.wa;
        SimpleMatrix r = target.mult(data.signal).minus(y.wp.mult(y.w).mult(data.signal.plus(data.noise)));
        return new Full(
                y.wp.transpose().mult(r).plus(-a.eta, y.w),
                r.mult(y.w.transpose()).scale(a.alphaP).plus(-a.eta, y.wp),
                y.w.minus(y.wa).scale(a.beta));
    }
}
