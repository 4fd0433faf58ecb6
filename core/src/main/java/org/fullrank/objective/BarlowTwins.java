package org.fullrank.objective;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.settings.Named;

/// Barlow Twins: the cross-correlation `C = BN(Z1)' BN(Z2) / N` of two views is to be the identity,
/// `scale (sum_i (C_ii - 1)^2 + lambda sum_{i != j} C_ij^2)`. BN subtracts the mean of each column and divides by
/// `sqrt(var + epsilon)` with the biased variance, and takes part in the gradient. More views: the mean over pairs.
///
/// Parts, before weighting: `diagonal`, 0 (views agree in every dimension) to D and above, and `off_diagonal`, which
/// is 0 where no dimension of one view correlates with another of the other. For N < D no `[D, D]` matrix is formed:
/// `|Z1' Z2|_F^2 = tr(Z1 Z1' Z2 Z2')` takes the Gram matrices of the samples, and the diagonal is a sum over columns.
/// The cost is `N^2 D` in place of `N D^2`, in the gradient too.
///
/// Source: Zbontar et al., "Barlow Twins" (2021), in the form and with the constants of the official code.
///
/// @param lambda weight of the entries off the diagonal
/// @param scale of the whole; some toolkits have 0.1 or 0.025
/// @param epsilon added to the variance inside the root
@Named("barlow-twins")
public record BarlowTwins(double lambda, double scale, double epsilon) implements Objective, ObjectiveSpec {
    /// The official code.
    public static final double DEFAULT_LAMBDA = 0.0051;
    /// The official code scales nothing.
    public static final double DEFAULT_SCALE = 1;
    /// That of its batch norm.
    public static final double DEFAULT_EPSILON = 1e-5;

    public BarlowTwins {
        if (!(lambda >= 0 && lambda < 1e9)) {
            throw new InputException("lambda: found %s, expected 0 or a positive number".formatted(lambda));
        }
        if (!(scale > 0 && scale < 1e9)) {
            throw new InputException("scale: found %s, expected a positive number".formatted(scale));
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
    public Objective objective() {
        return this;
    }

    @Override
    public Terms evaluate(Views views) {
        List<Tensor> z = views.embeddings(); // V x [N, D]
        List<Standardized> columns =
                z.stream().map(view -> Standardized.of(view.detach(), epsilon)).toList();
        var sums = new Sums(columns.stream().map(Standardized::values).toList());
        if (views.samples() < views.width()) {
            sums.addBySamples();
        } else {
            sums.addByColumns();
        }
        double pairs = z.size() * (z.size() - 1) / 2.0;
        var parts = new LinkedHashMap<String, Tensor>();
        parts.put("diagonal", sums.diagonal.div(Tensors.scalar(pairs)));
        parts.put("off_diagonal", sums.offDiagonal.div(Tensors.scalar(pairs)));
        Tensor total =
                sums.diagonal.add(sums.offDiagonal.mul(Tensors.scalar(lambda))).mul(Tensors.scalar(scale / pairs));
        for (int v = 0; v < z.size(); v++) {
            if (z.get(v).requires_grad()) {
                Tensor gradient = columns.get(v).gradient(sums.gradients.get(v)); // [N, D]
                total = Surrogate.of(total, z.get(v), gradient.mul_(Tensors.scalar(scale / pairs)));
            }
        }
        return new Terms(total, parts);
    }

    /// Sums over the pairs of views, and the gradients of `diagonal + lambda offDiagonal` in the standardised views.
    private final class Sums {
        private final List<Tensor> x; // V x [N, D]
        private final double n;
        private final List<Tensor> gradients = new ArrayList<>(); // V x [N, D]
        private Tensor diagonal;
        private Tensor offDiagonal;

        /// With the diagonals; what is added next is the sum of all squared entries.
        Sums(List<Tensor> x) {
            this.x = x;
            this.n = x.getFirst().size(0);
            diagonal = x.getFirst().new_zeros(new long[0]);
            offDiagonal = diagonal;
            x.forEach(view -> gradients.add(torch.zeros_like(view)));
            forEachPair((a, b) -> {
                Tensor c = x.get(a).mul(x.get(b)).sum(0).div_(Tensors.scalar(n)); // [D], the diagonal of C
                diagonal = diagonal.add(c.sub(Tensors.scalar(1)).square().sum());
                offDiagonal = offDiagonal.sub(c.square().sum());
                Tensor slope = c.mul(Tensors.scalar(2 - 2 * lambda))
                        .sub_(Tensors.scalar(2))
                        .div_(Tensors.scalar(n));
                gradients.get(a).addcmul_(x.get(b), slope);
                gradients.get(b).addcmul_(x.get(a), slope);
            });
        }

        /// By Gram matrices `[N, N]`: the gradient of `|Z1' Z2|_F^2` in Z1 is `2 (Z2 Z2') Z1`.
        void addBySamples() {
            List<Tensor> grams = x.stream().map(view -> view.mm(view.t())).toList(); // V x [N, N]
            forEachPair((a, b) -> {
                offDiagonal =
                        offDiagonal.add(grams.get(a).mul(grams.get(b)).sum().div(Tensors.scalar(n * n)));
                product(gradients.get(a), grams.get(b), x.get(a));
                product(gradients.get(b), grams.get(a), x.get(b));
            });
        }

        /// By the matrices `[D, D]` themselves.
        void addByColumns() {
            forEachPair((a, b) -> {
                Tensor c = x.get(a).t().mm(x.get(b)); // [D, D], N C
                offDiagonal = offDiagonal.add(c.square().sum().div(Tensors.scalar(n * n)));
                product(gradients.get(a), x.get(b), c.t());
                product(gradients.get(b), x.get(a), c);
            });
        }

        private void product(Tensor gradient, Tensor left, Tensor right) {
            gradient.addmm_(left, right, Tensors.scalar(1), Tensors.scalar(2 * lambda / (n * n)));
        }

        private void forEachPair(Pair action) {
            for (int a = 0; a < x.size(); a++) {
                for (int b = a + 1; b < x.size(); b++) {
                    action.accept(a, b);
                }
            }
        }
    }

    private interface Pair {
        void accept(int a, int b);
    }
}
