package org.fullrank.objective;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.Tensors;
import org.fullrank.settings.Named;

/// The squared distance between the views of a sample, averaged over samples and pairs of views. This squared
/// distance is VICReg's invariance and LPL's pull. The squared distance is 0 if the views agree. The squared
/// distance of a collapsed embedding is 0 too. It has no upper limit.
///
/// The source is Bardes, Ponce, LeCun, "VICReg" (2022), equation 5, and the official code, which also divides
/// by D. The distance to the mean of the views comes from the official LeJEPA code.
///
/// @param per the number by which one distance is divided
/// @param between the pairs of embeddings whose distances are averaged
@Named("mean-squared")
public record MeanSquared(Per per, Between between) implements Alignment {
    /// The normalization of a distance.
    public enum Per {
        /// Sum over the D entries: the paper's form.
        SAMPLE,
        /// Mean over the D entries: the official code's form.
        ENTRY
    }

    /// The distances.
    public enum Between {
        /// Between views, over all pairs.
        VIEWS,
        /// From each view to the mean of the views. The value is (V - 1) / 2V times the value over pairs.
        CENTER
    }

    /// Uses distances between views.
    public MeanSquared(Per per) {
        this(per, Between.VIEWS);
    }

    public static MeanSquared defaults() {
        return new MeanSquared(Per.ENTRY);
    }

    @Override
    public Tensor evaluate(Views views) {
        List<Tensor> z = views.embeddings(); // V x [N, D]
        double scale = (per == Per.SAMPLE ? views.width() : 1)
                * switch (between) {
                    case VIEWS -> 1;
                    case CENTER -> (z.size() - 1) / (2.0 * z.size());
                };
        if (z.size() == 2) {
            return torch.mse_loss(z.get(0), z.get(1)).mul(Tensors.scalar(scale));
        }
        // Sum over pairs |zi - zj|^2 = V sum |zi - mean|^2, so V passes do for V (V - 1) / 2 pairs.
        Tensor mean = z.get(0); // [N, D]
        for (Tensor other : z.subList(1, z.size())) {
            mean = mean.add(other);
        }
        mean = mean.div(Tensors.scalar(z.size()));
        Tensor sum = torch.mse_loss(z.get(0), mean);
        for (Tensor other : z.subList(1, z.size())) {
            sum = sum.add(torch.mse_loss(other, mean));
        }
        return sum.mul(Tensors.scalar(scale * 2 / (z.size() - 1)));
    }
}
