package org.fullrank.objective;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;
import org.fullrank.settings.Named;

/// The negative entropy of a Gaussian with the covariance of the embedding. The term is limited from below
/// and divided by the number of dimensions. The value is `-1/(2D) log det(I + D/(N distortion) Zc'Zc)`, where
/// Zc are the centered embeddings. The value is the coding rate of MCR2, with its distortion eps^2, on
/// centered rows. The value is 0 if all rows are equal. It has no lower limit. By Hadamard's inequality, the
/// term rewards both large variances and small covariances. A direction counts if its variance is at least
/// about distortion / D.
///
/// This entropy is an upper bound of the entropy of the true distribution. So a training that maximizes this
/// entropy is a heuristic. The form and the default distortion are published for MCR2. In MCR2, rows have
/// norm 1 and are not centered, and there is no division by D. The centering, the division by D and the use
/// with views are our choices, unverified against a paper.
///
/// The first source is Yu et al., "Learning diverse and discriminative representations via the principle of
/// maximal coding rate reduction" (2020), the rate of the whole set, and the official code. For the role of
/// the entropy, the source is Shwartz-Ziv et al., "What do we maximize in self-supervised learning?" (2022).
///
/// @param distortion eps^2, the squared error that the code may have
@Named("log-det-entropy")
public record LogDetEntropy(double distortion) implements Regularizer {
    /// The eps^2 in the published commands of MCR2, for supervised and unsupervised training.
    public static final double DEFAULT_DISTORTION = 0.5;

    public LogDetEntropy {
        if (!(distortion > 0 && distortion < 1e9)) {
            throw new InputException(
                    "distortion: found %s, expected a positive squared error below 1e9".formatted(distortion));
        }
    }

    public static LogDetEntropy defaults() {
        return new LogDetEntropy(DEFAULT_DISTORTION);
    }

    @Override
    public Terms evaluate(Tensor z, long draw) {
        double d = z.size(1);
        double scale = d / (z.size(0) * distortion);
        Tensor fixed = z.detach();
        Tensor centered = fixed.sub(Reductions.means(fixed)); // [N, D]
        SmallGram small = SmallGram.of(centered);
        if (!small.finite()) {
            return Terms.of(part(), z.sum().mul(Tensors.scalar(Double.NaN)));
        }
        Tensor matrix = small.gram().mul_(Tensors.scalar(scale)); // [m, m]
        matrix.diagonal().add_(Tensors.scalar(1));
        Tensor factor = torch.linalg_cholesky(matrix); // [m, m]
        Tensor value = factor.diagonal().log().sum().div(Tensors.scalar(-d)).to(z.scalar_type());
        if (!z.requires_grad()) {
            return Terms.of(part(), value);
        }
        // The gradient is -scale/D times Zc times the inverse; its columns sum to 0, as those of Zc do.
        Tensor inverse = torch.cholesky_inverse(factor).mul_(Tensors.scalar(-scale / d)); // [m, m]
        return Terms.of(part(), Surrogate.of(value, z, small.weighted(inverse, z)));
    }

    @Override
    public String part() {
        return "log_det";
    }

    @Override
    public Card card() {
        return new Card(
                        "a covariance of large volume, the coding rate",
                        "Yu et al.: maximal coding rate reduction, NeurIPS 2020, arXiv 2006.08558")
                .with(part(), "0 (collapse) downwards: negative and falling");
    }
}
