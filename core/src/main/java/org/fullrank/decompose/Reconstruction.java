package org.fullrank.decompose;

import org.jspecify.annotations.Nullable;

/// What a factorization makes of a tensor, with the measures that all factorizations share.
///
/// @param name such as `svd`
/// @param rank of the values
/// @param heldOut loss of the held-out entries, by a fit without them
/// @param psnr in dB; null without the truth
/// @param values row-major, of the shape of the data
public record Reconstruction(
        String name, int rank, double heldOut, @Nullable Double psnr, float[] values) {
    /// The name of the factors that networks generate.
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
