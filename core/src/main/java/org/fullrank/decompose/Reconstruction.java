package org.fullrank.decompose;

import org.jspecify.annotations.Nullable;

/// The reconstruction of a tensor by one factorization, with the measures that all factorizations have.
///
/// @param name such as `svd`
/// @param rank of the values
/// @param heldOut loss of the held-out entries, from a factorization without them
/// @param psnr in dB; null if the truth is unknown
/// @param values row-major, in the shape of the data
public record Reconstruction(
        String name, int rank, double heldOut, @Nullable Double psnr, float[] values) {
    /// The name of the factorization by networks.
    public static final String DEEP_TENSOR = "deeptensor";

    /// That of fitted factors.
    ///
    /// @param truth entries without noise, row-major; null: unknown
    public static Reconstruction of(Decomposition fitted, float @Nullable [] truth) {
        float[] values = fitted.reconstruction();
        Double psnr = truth == null ? null : Psnr.of(truth, values);
        return new Reconstruction(DEEP_TENSOR, fitted.rank(), fitted.heldOut(), psnr, values);
    }
}
