package org.fullrank.bench;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.Tensors;
import org.fullrank.objective.BarlowTwins;
import org.fullrank.objective.LeJepa;
import org.fullrank.objective.LogDet;
import org.fullrank.objective.Lpl;
import org.fullrank.objective.Mmcr;
import org.fullrank.objective.NtXent;
import org.fullrank.objective.Objective;
import org.fullrank.objective.Svmax;
import org.fullrank.objective.Tico;
import org.fullrank.objective.Vicreg;
import org.fullrank.objective.WMse;

/// The plain formulas of the objectives, for two views and with automatic differentiation. The class
/// [ObjectiveBench] compares the library with these formulas. The operations are those of the published code
/// if there is any. The covariance C is computed as a matrix `[D, D]`. For W-MSE and LeJEPA, only the default
/// settings are covered (one sub-batch without epsilon; Gaussian weights, mean).
///
/// @param x the first view, `[N, D]`
/// @param y the second view, `[N, D]`
/// @param before the memory of TiCo, `[D, D]`
/// @param directions of LeJEPA, `[M, D]`, not yet of norm 1
record PlainObjectives(Tensor x, Tensor y, Tensor before, Tensor directions) {
    private static final Set<Class<?>> WRITTEN = Set.of(
            Vicreg.class,
            BarlowTwins.class,
            NtXent.class,
            WMse.class,
            Svmax.class,
            Lpl.class,
            LogDet.class,
            LeJepa.class,
            Mmcr.class,
            Tico.class);

    /// Whether the formula of an objective is written down here; one that is not has no rival.
    static boolean has(Objective objective) {
        return WRITTEN.contains(objective.getClass());
    }

    Tensor value(Objective spec) {
        double d = x.size(1);
        return switch (spec) {
            case Vicreg s -> {
                double distance = s.form() == Vicreg.Form.PAPER ? d : 1;
                double variance = s.form() == Vicreg.Form.OFFICIAL ? s.variance() / 2 : s.variance();
                yield vicreg(distance, s.invariance(), variance, s.covariance(), s.gamma(), s.epsilon());
            }
            case BarlowTwins s -> barlow(s);
            case NtXent s -> ntXent(s);
            case WMse s -> wMse();
            case Svmax s -> svmax(s);
            case Lpl s -> lpl(s);
            case LogDet s ->
                times(torch.mse_loss(x, y), s.invariance())
                        .add(times(logDet(x, s.distortion()).add(logDet(y, s.distortion())), s.entropy() / 2));
            case LeJepa s -> leJepa(s);
            case Mmcr s -> mmcr(s);
            case Tico s -> tico(s);
            default -> throw new IllegalArgumentException("no plain formula of " + spec);
        };
    }

    private Tensor vicreg(
            double distance, double invariance, double variance, double covariance, double gamma, double epsilon) {
        Tensor hinges = hinge(x, gamma, epsilon).add(hinge(y, gamma, epsilon));
        Tensor covariances = offDiagonal(covariance(x)).add(offDiagonal(covariance(y)));
        return times(torch.mse_loss(x, y), distance * invariance)
                .add(times(hinges, variance))
                .add(times(covariances, covariance / x.size(1)));
    }

    private static Tensor hinge(Tensor z, double gamma, double epsilon) {
        Tensor std = plus(variance(z), epsilon).sqrt();
        return torch.relu(plus(std.neg(), gamma)).mean();
    }

    private static Tensor variance(Tensor z) {
        return z.var(new long[] {0}, true, false); // [D]
    }

    private static Tensor covariance(Tensor z) {
        Tensor centred = z.sub(mean(z)); // [N, D]
        return over(centred.t().mm(centred), z.size(0) - 1); // [D, D]
    }

    private static Tensor offDiagonal(Tensor c) {
        return c.square().sum().sub(c.diagonal().square().sum());
    }

    private Tensor barlow(BarlowTwins s) {
        Tensor c = over(normed(x, s.epsilon()).t().mm(normed(y, s.epsilon())), x.size(0)); // [D, D]
        Tensor diagonal = plus(c.diagonal(), -1).square().sum();
        return times(diagonal.add(times(offDiagonal(c), s.lambda())), s.scale());
    }

    private static Tensor normed(Tensor z, double epsilon) {
        var none = new TensorOptional();
        return torch.batch_norm(z, none, none, none, none, true, 0, epsilon, false);
    }

    private Tensor ntXent(NtXent s) {
        long n = x.size(0);
        Tensor unit = unit(Tensors.cat(List.of(x, y))); // [2N, D]
        Tensor self = torch.eye(2 * n).to(x.scalar_type()).gt(Tensors.scalar(0)); // [2N, 2N]
        Tensor logits = over(unit.mm(unit.t()), s.temperature())
                .masked_fill(self, Tensors.scalar(Double.NEGATIVE_INFINITY)); // [2N, 2N]
        int[] positives = IntStream.range(0, Math.toIntExact(2 * n))
                .map(i -> (int) ((i + n) % (2 * n)))
                .toArray();
        return torch.cross_entropy_loss(logits, Tensors.of(positives));
    }

    private Tensor wMse() {
        Tensor difference = unit(whitened(x)).sub(unit(whitened(y)));
        return difference
                .square()
                .sum(new long[] {1}, false, new ScalarTypeOptional())
                .mean();
    }

    private static Tensor whitened(Tensor z) {
        Tensor factor = torch.linalg_cholesky(covariance(z)); // [D, D]
        Tensor eye = torch.eye(z.size(1)).to(z.scalar_type());
        Tensor inverse = torch.linalg_solve_triangular(factor, eye, false, true, false); // [D, D]
        return z.sub(mean(z)).mm(inverse.t());
    }

    private Tensor svmax(Svmax s) {
        Tensor a = unit(x);
        Tensor b = unit(y);
        Tensor distance = a.sub(b)
                .square()
                .sum(new long[] {1}, false, new ScalarTypeOptional())
                .mean();
        return times(distance, s.alignment()).add(times(bounded(a).add(bounded(b)), s.meanSingularValue() / 2));
    }

    private static Tensor bounded(Tensor unit) {
        double n = unit.size(0);
        double d = unit.size(1);
        double lower = Math.sqrt(n) / d; // the Frobenius norm of N rows of norm 1 is sqrt(N)
        double upper = lower * Math.sqrt(Math.min(n, d));
        Tensor mean = over(torch.linalg_svdvals(unit).sum(), d);
        return over(plus(mean.neg(), upper), upper - lower).exp();
    }

    private Tensor lpl(Lpl s) {
        double d = x.size(1);
        Tensor push = plus(variance(x), s.epsilon())
                .log()
                .mean()
                .add(plus(variance(y), s.epsilon()).log().mean());
        Tensor covariances = offDiagonal(covariance(x)).add(offDiagonal(covariance(y)));
        return times(torch.mse_loss(x, y), s.pull())
                .sub(times(push, s.push() / 2))
                .add(times(covariances, s.decorrelation() / (2 * d * (d - 1))));
    }

    private static Tensor logDet(Tensor z, double distortion) {
        double d = z.size(1);
        Tensor centred = z.sub(mean(z)); // [N, D]
        Tensor eye = torch.eye(z.size(1)).to(z.scalar_type());
        Tensor matrix = eye.add(times(centred.t().mm(centred), d / (z.size(0) * distortion))); // [D, D]
        // Not torch.logdet: its LU decomposition on several threads of OpenBLAS ends the process here.
        return over(torch.linalg_cholesky(matrix).diagonal().log().sum(), -d);
    }

    private Tensor leJepa(LeJepa s) {
        Tensor z = Tensors.cat(List.of(x, y)).view(2, x.size(0), x.size(1)); // [2, N, D]
        Tensor prediction = z.sub(z.mean(new long[] {0}, true, new ScalarTypeOptional()))
                .square()
                .mean();
        Tensor t = torch.linspace(Tensors.scalar(0), Tensors.scalar(s.range()), s.points())
                .to(x.scalar_type()); // [K]
        Tensor phi = times(t.square(), -0.5).exp(); // [K]
        double step = s.range() / (s.points() - 1);
        Tensor weights = times(phi, 2 * step); // [K]
        weights.narrow(0, 0, 1).mul_(Tensors.scalar(0.5));
        weights.narrow(0, s.points() - 1, 1).mul_(Tensors.scalar(0.5));
        Tensor angles = z.matmul(unit(directions).t()).unsqueeze(-1).mul(t); // [2, N, M, K]
        Tensor real = angles.cos().mean(1).sub(phi); // [2, M, K]
        Tensor imaginary = angles.sin().mean(1); // [2, M, K]
        Tensor statistics = times(real.square().add(imaginary.square()).matmul(weights), x.size(0)); // [2, M]
        return times(prediction, 1 - s.lambda()).add(times(statistics.mean(), s.lambda()));
    }

    private Tensor mmcr(Mmcr s) {
        Tensor a = unit(x);
        Tensor b = unit(y);
        Tensor global = torch.linalg_svdvals(over(a.add(b), 2)).sum();
        if (s.lambda() == 0) {
            return global.neg();
        }
        Tensor pairs = Tensors.cat(List.of(a.unsqueeze(0), b.unsqueeze(0))).transpose(0, 1); // [N, 2, D]
        return times(torch.linalg_svdvals(pairs).sum(), s.lambda() / x.size(0)).sub(global);
    }

    private Tensor tico(Tico s) {
        double n = x.size(0);
        Tensor a = unit(x);
        Tensor b = unit(y);
        Tensor c = times(before, s.beta()).add(times(a.t().mm(a), (1 - s.beta()) / n)); // [D, D]
        Tensor contrast = over(a.mm(c).mul(a).sum(), n);
        return plus(times(a.mul(b).sum(), -1 / n), 1).add(times(contrast, s.rho()));
    }

    /// Rows over their norms, as the engine's `normalize` computes them.
    private static Tensor unit(Tensor z) {
        Tensor norms = z.norm(new org.bytedeco.pytorch.ScalarOptional(Tensors.scalar(2)), new long[] {1}, true);
        return z.div(norms.clamp_min(Tensors.scalar(1e-12)));
    }

    private static Tensor mean(Tensor z) {
        return z.mean(new long[] {0}, true, new ScalarTypeOptional()); // [1, D]
    }

    private static Tensor times(Tensor t, double factor) {
        return t.mul(Tensors.scalar(factor));
    }

    private static Tensor over(Tensor t, double divisor) {
        return t.div(Tensors.scalar(divisor));
    }

    private static Tensor plus(Tensor t, double term) {
        return t.add(Tensors.scalar(term));
    }
}
