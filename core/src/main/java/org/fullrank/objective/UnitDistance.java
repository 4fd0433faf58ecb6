package org.fullrank.objective;

import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Tensors;
import org.fullrank.settings.Named;

/// The squared distance between the views of a sample on the unit sphere, `|x - y|^2 = 2 - 2 cos(x, y)`,
/// averaged over samples and pairs of views. The value is between 0 (the views have the same direction)
/// and 4. The value does not depend on the length of the embeddings. So the loss does not fall if the
/// embeddings shrink.
///
/// Source: Wang, Isola, "Understanding contrastive representation learning through alignment and uniformity
/// on the hypersphere" (2020), alignment with exponent 2.
@Named("unit-distance")
public record UnitDistance() implements Alignment {
    @Override
    public Tensor evaluate(Views views) {
        UnitRows rows = UnitRows.of(views);
        Tensor unit = rows.values(); // [V, N, D]
        // Sum over pairs |x - y|^2 = V sum |x - mean|^2, so V passes do for V (V - 1) / 2 pairs.
        Tensor difference = unit.sub(unit.mean(0)); // [V, N, D]
        double scale = 2.0 / ((views.embeddings().size() - 1.0) * views.samples());
        Tensor value = difference.square().sum().mul(Tensors.scalar(scale));
        if (!Surrogate.wanted(views)) {
            return value;
        }
        return Surrogate.of(value, views, rows.gradient(difference.mul_(Tensors.scalar(2 * scale))));
    }
}
