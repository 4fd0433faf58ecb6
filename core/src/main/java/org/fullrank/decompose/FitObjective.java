package org.fullrank.decompose;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

/// What a step makes smaller: the loss of the fitted entries, or of linear measurements of the product of the factors,
/// plus the weighted total variation of the product.
///
/// @param settings loss and weight of the total variation
/// @param shape of the tensor
/// @param measured scaled values `[rows, columns]`, 0 where missing
/// @param weights 1 for a fitted value, 0 for the others
/// @param map what was measured of the tensor; null: its entries
/// @param gain measurements are multiplied by this number
record FitObjective(
        DecompositionSettings settings,
        List<Integer> shape,
        Tensor measured,
        Tensor weights,
        @Nullable Measurement map,
        double gain) {
    /// The fitted values in the shape of the measured ones. Measurements have no history of gradients.
    Tensor fitted(Tensor product) {
        return map == null
                ? product
                : Tensors.of(map.of(Tensors.doubles(product)), 1, map.count())
                        .mul(Tensors.scalar(gain))
                        .to(product.scalar_type());
    }

    /// The value, and the gradients of everything behind the product.
    ///
    /// The engine cannot differentiate a map that is given as a function. So the loss is differentiated by the
    /// measurements first, and the adjoint brings this gradient to the product.
    ///
    /// @return the loss without the total variation. If it is not finite, there are no gradients
    double backward(Tensor product) {
        Tensor fitted = map == null ? product : fitted(product).detach().requires_grad_(true);
        Tensor loss = FactorModel.loss(settings.loss(), fitted, measured, weights);
        double value = Tensors.value(loss);
        if (!Double.isFinite(value)) {
            return value;
        }
        Tensor behind = loss;
        if (map != null) {
            loss.backward();
            behind = product.mul(adjoint(map, fitted.grad(), product)).sum();
        }
        Tensor variation = settings.variation() == 0
                ? null
                : TotalVariation.of(product, shape).mul(Tensors.scalar(settings.variation()));
        (variation == null ? behind : behind.add(variation)).backward();
        return value;
    }

    private Tensor adjoint(Measurement map, Tensor gradient, Tensor product) {
        return Tensors.of(map.adjoint(Tensors.doubles(gradient)), product.size(0), product.size(1))
                .mul(Tensors.scalar(gain))
                .to(product.scalar_type());
    }
}
