package org.fullrank.objective;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Gram;
import org.fullrank.settings.Named;
import org.fullrank.spectral.SpectralObjective;

/// Barlow Twins. Barlow Twins makes the cross-correlation `C = BN(Z1)' BN(Z2) / N` of two views similar to
/// the identity. The loss is `scale (sum_i (C_ii - 1)^2 + lambda sum_{i != j} C_ij^2)`. BN subtracts the mean
/// of each column. BN divides each column by `sqrt(var + epsilon)` with the biased variance. The gradient
/// passes through BN. With more than two views, the loss is the mean over all pairs.
///
/// The parts are given before weighting. The part `diagonal` is 0 if the views agree in every dimension, and
/// D or more if they do not. The part `off_diagonal` is 0 if no dimension of one view correlates with another
/// dimension of the other view.
///
/// For N < D, no matrix `[D, D]` is computed. The identity `|Z1' Z2|_F^2 = tr(Z1 Z1' Z2 Z2')` needs only the
/// Gram matrices of the samples. The diagonal is a sum over columns. So the cost is `N^2 D` instead of `N
/// D^2`, also for the gradient.
///
/// Source: Zbontar et al., "Barlow Twins" (2021), with the formula and the constants of the official code.
///
/// @param lambda weight of the entries off the diagonal
/// @param scale factor of the whole loss; some toolkits have 0.1 or 0.025
/// @param epsilon added to the variance inside the root
@Named("barlow-twins")
public record BarlowTwins(double lambda, double scale, double epsilon) implements Objective {
    /// From the official code.
    public static final double DEFAULT_LAMBDA = 0.0051;
    /// The official code does not scale the loss.
    public static final double DEFAULT_SCALE = 1;
    /// The epsilon of the batch norm in the official code.
    public static final double DEFAULT_EPSILON = 1e-5;

    public BarlowTwins {
        InputException.unless(
                lambda >= 0 && lambda < 1e9, "lambda: found %s, expected 0 or a positive number below 1e9", lambda);
        if (!(scale > 0 && scale < 1e9)) {
            throw new InputException("scale: found %s, expected a positive number below 1e9".formatted(scale));
        }
        if (!(epsilon > 0)) {
            throw new InputException("epsilon: found %s, expected a positive number (a constant column has variance 0)"
                    .formatted(epsilon));
        }
    }

    public static BarlowTwins defaults() {
        return new BarlowTwins(DEFAULT_LAMBDA, DEFAULT_SCALE, DEFAULT_EPSILON);
    }

    @Override
    public Terms evaluate(Views views) {
        List<Tensor> z = views.embeddings(); // V x [N, D]
        List<Standardized> columns =
                z.stream().map(view -> Standardized.of(view.detach(), epsilon)).toList();
        var sums = new Sums(columns.stream().map(Standardized::values).toList(), views.samples() < views.width());
        double pairs = z.size() * (z.size() - 1) / 2.0;
        List<Term> terms = List.of(
                new Term("diagonal", sums.diagonal.div(Tensors.scalar(pairs)), scale, null),
                new Term("off_diagonal", sums.offDiagonal.div(Tensors.scalar(pairs)), scale * lambda, "lambda"));
        return Terms.closed(views, terms, kept -> {
            List<Tensor> gradients = sums.gradients(kept[0], kept[1] * lambda); // V x [N, D]
            return IntStream.range(0, z.size())
                    .mapToObj(v -> columns.get(v).gradient(gradients.get(v)).mul_(Tensors.scalar(scale / pairs)))
                    .toList();
        });
    }

    /// The two terms, summed over the pairs of views.
    private static final class Sums {
        private final List<Tensor> x; // V x [N, D], standardized
        private final double n;
        private final boolean wide;
        private final List<Tensor> grams; // V x [N, N], where wide
        private final List<Tensor> crosses = new ArrayList<>(); // of each pair [D, D], N C, where not wide
        private final List<Tensor> diagonals = new ArrayList<>(); // of each pair [D], the diagonal of C
        private Tensor diagonal;
        private Tensor offDiagonal;

        Sums(List<Tensor> x, boolean wide) {
            this.x = x;
            this.n = x.getFirst().size(0);
            this.wide = wide;
            grams = wide ? x.stream().map(Gram::ofRows).toList() : List.of();
            diagonal = x.getFirst().new_zeros(new long[0]);
            offDiagonal = diagonal;
            forEachPair((a, b, pair) -> {
                Tensor c = x.get(a).mul(x.get(b)).sum(0).div_(Tensors.scalar(n)); // [D]
                diagonals.add(c);
                diagonal = diagonal.add(c.sub(Tensors.scalar(1)).square().sum());
                offDiagonal = offDiagonal.sub(c.square().sum());
            });
            forEachPair(
                    (a, b, pair) -> offDiagonal = offDiagonal.add(squares(a, b).div(Tensors.scalar(n * n))));
        }

        /// The sum of the squares of all entries of N C.
        private Tensor squares(int a, int b) {
            if (wide) {
                return grams.get(a).mul(grams.get(b)).sum();
            }
            Tensor cross = x.get(a).t().mm(x.get(b)); // [D, D]
            crosses.add(cross);
            return cross.square().sum();
        }

        /// The gradients of `on diagonal + off offDiagonal` with respect to the standardized views, V x `[N,
        /// D]`.
        List<Tensor> gradients(double on, double off) {
            List<Tensor> gradients = x.stream().map(torch::zeros_like).toList();
            forEachPair((a, b, pair) -> {
                Tensor slope = diagonals
                        .get(pair)
                        .mul(Tensors.scalar(2 * on - 2 * off))
                        .sub_(Tensors.scalar(2 * on))
                        .div_(Tensors.scalar(n)); // [D]
                gradients.get(a).addcmul_(x.get(b), slope);
                gradients.get(b).addcmul_(x.get(a), slope);
            });
            double factor = 2 * off / (n * n);
            forEachPair((a, b, pair) -> {
                if (wide) { // the gradient of |Z1' Z2|_F^2 in Z1 is 2 (Z2 Z2') Z1
                    add(gradients.get(a), grams.get(b), x.get(a), factor);
                    add(gradients.get(b), grams.get(a), x.get(b), factor);
                } else {
                    add(gradients.get(a), x.get(b), crosses.get(pair).t(), factor);
                    add(gradients.get(b), x.get(a), crosses.get(pair), factor);
                }
            });
            return gradients;
        }

        private static void add(Tensor gradient, Tensor left, Tensor right, double factor) {
            gradient.addmm_(left, right, Tensors.scalar(1), Tensors.scalar(factor));
        }

        private void forEachPair(Pair action) {
            int pair = 0;
            for (int a = 0; a < x.size(); a++) {
                for (int b = a + 1; b < x.size(); b++) {
                    action.accept(a, b, pair++);
                }
            }
        }
    }

    private interface Pair {
        void accept(int a, int b, int pair);
    }

    @Override
    public Card card() {
        return new Card(
                        "the cross-correlation of the views is the identity",
                        "Zbontar, Jing, Misra, LeCun, Deny: Barlow Twins, ICML 2021, arXiv 2103.03230")
                .with("diagonal", "0 to 4 D: falls towards 0; near D where views share nothing")
                .with("off_diagonal", "0 upwards: falls");
    }

    /// The closed form fixes the covariance to the identity instead of only the variances, and weights all
    /// entries alike.
    @Override
    public Relaxation relaxation(int views, int width) {
        return Relaxation.whitened(new SpectralObjective.BarlowTwins(true));
    }

    @Override
    public Need need(long rows, long width) {
        return Need.met(
                rows,
                "N %d, D %d: correlations need no inverse; by chance they are about %s, which is a floor of the"
                                .formatted(rows, width, Need.number(1 / Math.sqrt(rows)))
                        + " off-diagonal term");
    }
}
