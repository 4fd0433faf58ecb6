package org.fullrank.objective;

import java.util.LinkedHashMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.settings.Named;

/// SimCLR's contrastive loss, the mean over all V N anchors of `-sim(i, j) / tau + log sum_{k != i} exp(sim(i, k) /
/// tau)`
/// with cosine similarity; j runs over the other views of the anchor's sample, and the denominator holds everything but
/// the anchor itself. Near log(V N - 1) for unrelated embeddings; lower as views agree and samples spread.
///
/// Source: Chen et al., "A simple framework for contrastive learning" (2020), equation 1.
///
/// @param temperature tau
@Named("nt-xent")
public record NtXent(double temperature) implements Objective, ObjectiveSpec {
    /// What the paper found best for CIFAR-10.
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
    public Objective objective() {
        return this;
    }

    @Override
    public Terms evaluate(Views views) {
        long v = views.embeddings().size();
        long n = views.samples();
        UnitRows rows = UnitRows.of(views);
        Tensor unit = rows.values().view(v * n, views.width()); // [V N, D]
        Tensor logits = unit.mm(unit.t()).div_(Tensors.scalar(temperature)); // [V N, V N]
        logits.fill_diagonal_(Tensors.scalar(0));
        double anchors = v * n;
        Tensor positives = alike(logits, v, n).sum().div(Tensors.scalar(anchors * (v - 1)));
        logits.fill_diagonal_(Tensors.scalar(Double.NEGATIVE_INFINITY));
        Tensor others = torch.logsumexp(logits, new long[] {1}, true); // [V N, 1]
        Tensor contrast = others.mean();
        var parts = new LinkedHashMap<String, Tensor>();
        parts.put("alignment", positives.neg());
        parts.put("contrast", contrast);
        Tensor value = contrast.sub(positives);
        if (!Surrogate.wanted(views)) {
            return new Terms(value, parts);
        }
        // With P the softmax of the rows, the gradient of the contrast in U is (P + P') U / (V N tau).
        Tensor shares = logits.sub_(others).exp_(); // [V N, V N]
        Tensor slopes = shares.add(shares.t());
        // An anchor is among those alike with itself: that pushes along its own row, which a point of the sphere
        // does not feel.
        alike(slopes, v, n).sub_(Tensors.scalar(2.0 / (v - 1)));
        Tensor gradient = slopes.mm(unit).div_(Tensors.scalar(anchors * temperature)); // [V N, D]
        return new Terms(Surrogate.of(value, views, rows.gradient(gradient.view(v, n, views.width()))), parts);
    }

    /// The entries `[V, V, N]` of a matrix `[V N, V N]` whose row and column are of one sample.
    private static Tensor alike(Tensor matrix, long v, long n) {
        return matrix.view(v, n, v, n).diagonal(0, 1, 3);
    }
}
