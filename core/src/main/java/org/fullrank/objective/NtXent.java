package org.fullrank.objective;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Gram;
import org.fullrank.settings.Named;
import org.fullrank.spectral.SpectralObjective;

/// SimCLR's contrastive loss with cosine similarity. The loss is the mean of `-sim(i, j) / tau + log sum_{k
/// != i} exp(sim(i, k) / tau)` over all V N anchors i. Here, j runs over the other views of the anchor's
/// sample, and k runs over all embeddings except the anchor. For unrelated embeddings, the loss is near log(V
/// N - 1). The loss falls as views agree and samples spread.
///
/// Source: Chen et al., "A simple framework for contrastive learning" (2020), equation 1.
///
/// @param temperature tau
@Named("nt-xent")
public record NtXent(double temperature) implements Objective {
    /// The best value in the paper for CIFAR-10.
    public static final double DEFAULT_TEMPERATURE = 0.5;

    public NtXent {
        if (!(temperature > 0 && temperature <= 1e3)) {
            throw new InputException("temperature: found %s, expected a positive number".formatted(temperature));
        }
    }

    public static NtXent defaults() {
        return new NtXent(DEFAULT_TEMPERATURE);
    }

    @Override
    public Terms evaluate(Views views) {
        long v = views.embeddings().size();
        long n = views.samples();
        UnitRows rows = UnitRows.of(views);
        Tensor unit = rows.values().view(v * n, views.width()); // [V N, D]
        Tensor logits = Gram.ofRows(unit).div_(Tensors.scalar(temperature)); // [V N, V N]
        logits.fill_diagonal_(Tensors.scalar(0));
        double anchors = v * n;
        Tensor positives = alike(logits, v, n).sum().div(Tensors.scalar(anchors * (v - 1)));
        logits.fill_diagonal_(Tensors.scalar(Double.NEGATIVE_INFINITY));
        Tensor others = torch.logsumexp(logits, new long[] {1}, true); // [V N, 1]
        Tensor contrast = others.mean();
        // With P the softmax of the rows, the gradient of the contrast with respect to U is (P + P') U / (V N tau).
        Tensor shares = Surrogate.wanted(views) ? logits.sub_(others).exp_() : logits; // [V N, V N]
        List<Term> terms = List.of(Term.of("alignment", positives.neg()), Term.of("contrast", contrast));
        return Terms.closed(views, terms, kept -> {
            Tensor slopes = kept[1] == 0 ? torch.zeros_like(shares) : shares.add(shares.t()); // [V N, V N]
            // The similar rows include the anchor itself. Its part of the gradient is along its own row, which has no
            // effect on the sphere.
            alike(slopes, v, n).sub_(Tensors.scalar(kept[0] * 2 / (v - 1)));
            Tensor gradient = slopes.mm(unit).div_(Tensors.scalar(anchors * temperature)); // [V N, D]
            return Surrogate.apart(rows.gradient(gradient.view(v, n, views.width())));
        });
    }

    /// The entries `[V, V, N]` of a matrix `[V N, V N]` whose row and column are of one sample.
    private static Tensor alike(Tensor matrix, long v, long n) {
        return matrix.view(v, n, v, n).diagonal(0, 1, 3);
    }

    @Override
    public Card card() {
        return new Card(
                        "each view finds its sibling among all others of the batch (SimCLR)",
                        "Chen, Kornblith, Norouzi, Hinton: SimCLR, ICML 2020, arXiv 2002.05709")
                .with("alignment", "-1 / temperature to 1 / temperature: falls towards the former")
                .with("contrast", "log(V N - 1) for unrelated directions, 1 / temperature more at collapse: falls");
    }

    @Override
    public Relaxation relaxation(int views, int width) {
        return new Relaxation(
                new SpectralObjective.Contrastive(),
                1,
                true,
                true,
                "",
                "rows of length 1 as in the objective, times the best factor, because it leaves the scale free");
    }

    @Override
    public Need need(long rows, long width) {
        return Need.met(
                rows, "N %d: %d negatives for each anchor; no covariance is used".formatted(rows, 2 * (rows - 1)));
    }
}
