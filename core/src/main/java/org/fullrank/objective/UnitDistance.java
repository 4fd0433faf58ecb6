package org.fullrank.objective;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Named;
import org.fullrank.engine.Tensors;

/// The squared distance of the views of a sample on the unit sphere, `|x - y|^2 = 2 - 2 cos(x, y)`, averaged over
/// samples and pairs of views. Range 0 (views agree in direction) to 4. It does not see the length of embeddings, so it
/// cannot be lowered by shrinking them.
///
/// Source: Wang, Isola, "Understanding contrastive representation learning through alignment and uniformity on the
/// hypersphere" (2020), alignment with exponent 2.
@Named("unit-distance")
public record UnitDistance() implements Alignment {
    public static UnitDistance defaults() {
        return new UnitDistance();
    }

    @Override
    public Tensor evaluate(Views views) {
        List<Tensor> z = views.embeddings(); // V x [N, D]
        Tensor unit = UnitRows.of(Tensors.cat(z)).view(z.size(), views.samples(), views.width()); // [V, N, D]
        // Sum over pairs |x - y|^2 = V sum |x - mean|^2, so V passes do for V (V - 1) / 2 pairs.
        Tensor difference = z.size() == 2 ? unit.select(0, 0).sub(unit.select(0, 1)) : unit.sub(unit.mean(0));
        double pairs = z.size() == 2 ? 1 : (z.size() - 1) / 2.0;
        return difference.square().sum().div(Tensors.scalar(pairs * views.samples()));
    }
}
