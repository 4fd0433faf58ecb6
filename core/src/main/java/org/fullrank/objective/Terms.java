package org.fullrank.objective;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/// The value of an objective or regulariser, differentiable, and its parts by their names in the paper, before
/// weighting.
///
/// @param total what is minimised, a scalar
/// @param parts scalars that are logged
/// @param memory what the objective wants to be given with the next batch, detached; null for one without memory
public record Terms(
        Tensor total,
        SequencedMap<String, Tensor> parts,
        @Nullable Tensor memory) {
    public Terms {
        parts = new LinkedHashMap<>(parts);
    }

    public Terms(Tensor total, SequencedMap<String, Tensor> parts) {
        this(total, parts, null);
    }

    /// A value that is its only part.
    public static Terms of(String part, Tensor value) {
        var parts = new LinkedHashMap<String, Tensor>();
        parts.put(part, value);
        return new Terms(value, parts);
    }
}
