package org.fullrank.net;

import java.util.List;
import org.fullrank.engine.InputException;

/// The settings of the projector, which is the network between the representation and the objective. The
/// projector is a chain of linear layers. Batch norm and ReLU follow each layer except the last. The last
/// layer of a projector has no bias (VICReg, appendix; the same in Barlow Twins). The projector is discarded
/// after training.
///
/// @param widths outputs of each layer; if empty, the objective acts on the representation itself
/// @param batchNorm whether there is a batch norm before each ReLU
/// @param affine whether these norms have scale and shift (not in the official DirectPred code)
/// @param lastBias whether the last layer has a bias (BYOL)
/// @param lastNorm what follows the last layer
public record ProjectorSpec(
        List<Integer> widths, boolean batchNorm, boolean affine, boolean lastBias, LastNorm lastNorm) {
    /// Three layers, as in VICReg, at a width that fits small encoders.
    public static final List<Integer> DEFAULT_WIDTHS = List.of(512, 512, 512);

    /// The batch norm after the last layer.
    public enum LastNorm {
        /// No norm.
        NONE,
        /// With scale and shift.
        AFFINE,
        /// Without scale and shift (SimSiam).
        PLAIN
    }

    public ProjectorSpec {
        widths = List.copyOf(widths);
        if (widths.stream().anyMatch(w -> w < 1 || w > 1 << 16)) {
            throw new InputException("projector.widths: found %s, expected entries from 1 to 65536".formatted(widths));
        }
    }

    /// Norms with scale and shift; the last layer has neither bias nor norm.
    public ProjectorSpec(List<Integer> widths, boolean batchNorm) {
        this(widths, batchNorm, true, false, LastNorm.NONE);
    }

    public static ProjectorSpec defaults() {
        return new ProjectorSpec(DEFAULT_WIDTHS, true);
    }

    /// The same with norms of another kind.
    public ProjectorSpec withAffine(boolean other) {
        return new ProjectorSpec(widths, batchNorm, other, lastBias, lastNorm);
    }

    /// The same with or without bias in the last layer.
    public ProjectorSpec withLastBias(boolean other) {
        return new ProjectorSpec(widths, batchNorm, affine, other, lastNorm);
    }

    /// The same with another norm after the last layer.
    public ProjectorSpec withLastNorm(LastNorm other) {
        return new ProjectorSpec(widths, batchNorm, affine, lastBias, other);
    }

    /// Width of the embedding for representations of `features` columns.
    public int outputs(int features) {
        return widths.isEmpty() ? features : widths.getLast();
    }

    /// Whether any layer uses statistics of a batch.
    public boolean hasBatchNorm() {
        return batchNorm && widths.size() > 1 || lastNorm != LastNorm.NONE && !widths.isEmpty();
    }
}
