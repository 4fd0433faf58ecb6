package org.fullrank.objective;

import java.util.ArrayList;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.settings.Named;

/// Maximum manifold capacity representations. The views of each sample are put on the unit sphere. The mean
/// of these views is the centroid of the sample. The loss has two terms. The first term is minus the nuclear
/// norm (sum of singular values) of the matrix `[N, D]` of centroids. The second term is `lambda` times the
/// mean nuclear norm of the V views of one sample. The centroids are long if the views agree. If the
/// centroids spread over all directions, their singular values are similar.
///
/// The part `global_nuclear` is between 0 and `sqrt(N min(N, D))`. This part has its largest value if the
/// views agree and all singular values are equal. The part `local_nuclear` is reported if its weight is
/// above 0. This part is between sqrt(V) (the views agree) and V (the views are orthogonal).
///
/// The gradient of a nuclear norm is the polar factor ([Polar]). No singular vector is differentiated.
///
/// Source: Yerxa et al., "Learning efficient coding of natural images with maximum manifold capacity
/// representations" (2023), as in the official code for CIFAR; unverified against the paper.
///
/// @param lambda weight of the local nuclear norms
@Named("mmcr")
public record Mmcr(double lambda) implements Objective {
    /// From the official code for images; other toolkits use 0.005.
    public static final double DEFAULT_LAMBDA = 0;

    public Mmcr {
        InputException.unless(
                lambda >= 0 && lambda < 1e9, "lambda: found %s, expected 0 or a positive number below 1e9", lambda);
    }

    public static Mmcr defaults() {
        return new Mmcr(DEFAULT_LAMBDA);
    }

    @Override
    public Terms evaluate(Views views) {
        double count = views.embeddings().size();
        boolean wanted = Surrogate.wanted(views);
        UnitRows rows = UnitRows.of(views);
        Tensor unit = rows.values(); // [V, N, D]
        Polar global = Polar.of(unit.mean(0), wanted);
        var terms = new ArrayList<Term>();
        terms.add(new Term("global_nuclear", global.sum().to(unit.scalar_type()), -1, null));
        Polar local = lambda > 0 ? Polar.of(unit.transpose(0, 1), wanted) : null; // of [N, V, D]
        if (local != null) {
            Tensor mean = local.sum().div(Tensors.scalar(views.samples()));
            terms.add(new Term("local_nuclear", mean.to(unit.scalar_type()), lambda, "lambda"));
        }
        return Terms.closed(views, terms, kept -> {
            Tensor gradient = factor(global)
                    .mul(Tensors.scalar(-kept[0] / count))
                    .expand_as(unit)
                    .contiguous(); // [V, N, D]
            if (local != null) {
                gradient.add_(factor(local).transpose(0, 1), Tensors.scalar(kept[1] * lambda / views.samples()));
            }
            return Surrogate.apart(rows.gradient(gradient));
        });
    }

    private static Tensor factor(Polar polar) {
        return Objects.requireNonNull(polar.factor());
    }

    @Override
    public Card card() {
        return new Card(
                        "centroids of the views on the sphere have a large nuclear norm",
                        "Yerxa, Kuang, Simoncelli, Chung: MMCR, NeurIPS 2023, arXiv 2303.03307")
                .with("global_nuclear", "0 to sqrt(N min(N, D)): rises; sqrt(N) is agreement on a single direction")
                .with("local_nuclear", "sqrt(V) (views agree) to V: falls; with lambda above 0");
    }

    @Override
    public Need need(long rows, long width) {
        return Need.singularValues(rows, width);
    }
}
