package org.fullrank.objective;

import java.util.LinkedHashMap;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Named;
import org.fullrank.engine.Tensors;

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
        List<Tensor> z = views.embeddings();
        Tensor unit = UnitRows.of(Tensors.cat(z)); // [V N, D]
        Tensor logits = unit.mm(unit.t()).div(Tensors.scalar(temperature)); // [V N, V N]
        Tensor others = torch.logsumexp(logits.fill_diagonal_(Tensors.scalar(Double.NEGATIVE_INFINITY)), 1); // [V N]
        Tensor sum = unit.view(z.size(), views.samples(), views.width()).sum(0); // [N, D]
        // Summed over the other views, sim(i, j) is sum . z_i - 1; over all anchors that is |sum|^2 - V for each
        // sample.
        Tensor positives = sum.square()
                .sum(1)
                .sub(Tensors.scalar(z.size()))
                .mean()
                .div(Tensors.scalar(temperature * z.size() * (z.size() - 1)));
        Tensor contrast = others.mean();
        var parts = new LinkedHashMap<String, Tensor>();
        parts.put("alignment", positives.neg());
        parts.put("contrast", contrast);
        return new Terms(contrast.sub(positives), parts);
    }
}
