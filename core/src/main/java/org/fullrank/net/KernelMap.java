package org.fullrank.net;

import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.settings.Named;
import org.fullrank.spectral.Kernel;
import org.fullrank.view.InputShape;

/// A map that is linear in the kernel values of an input: `z(x) = k(x, landmarks) coefficients - offset`. The
/// input is a vector, or an image or series that is read as a vector. A closed form gives its numbers. They
/// are not trained, and before the fit they are constant.
///
/// @param kernel of an input and a landmark
/// @param landmarks number of landmarks M
/// @param features width K of the representation
@Named("kernel-map")
public record KernelMap(Kernel kernel, int landmarks, int features) implements VectorMap {
    /// Parameter with the landmarks, `[M, F]`.
    public static final String LANDMARKS = "landmarks";
    /// Parameter with the coefficients, `[M, K]`.
    public static final String COEFFICIENTS = "coefficients";
    /// Parameter with the offset, `[K]`.
    public static final String OFFSET = "offset";

    public KernelMap {
        Sizes.requirePositive("landmarks", landmarks);
        Sizes.requirePositive("features", features);
    }

    @Override
    public boolean isTrainable() {
        return false;
    }

    @Override
    public Encoder build(NetworkBuilder net, InputShape input) {
        Parameter rows = net.parameter(LANDMARKS, new Init.Constant(1), landmarks, input.values());
        Parameter coefficients = net.parameter(COEFFICIENTS, new Init.Constant(0), landmarks, features);
        Parameter offset = net.parameter(OFFSET, new Init.Constant(0), features);
        Layer map = (x, mode) -> {
            if (!(kernel instanceof Kernel.Linear)) {
                LinearRegions.curved("kernel");
            }
            Tensor y = rows.tensor().detach();
            Tensor wide = x.to(y.scalar_type()); // [B, F]
            InputException.when(
                    kernel.firstWithoutValue(wide) >= 0,
                    "encoder: found an item of zeros, which has no angle under kernel %s; leave it out or use"
                            + " arc-cosine:1",
                    kernel.text());
            return kernel.gram(wide, y)
                    .matmul(coefficients.tensor().detach())
                    .sub(offset.tensor().detach());
        };
        return encoder(map);
    }
}
