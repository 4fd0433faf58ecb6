package org.fullrank.net;

import java.util.List;
import org.fullrank.engine.InputException;

/// The head between representation and objective: linear layers, each but the last followed by batch norm and ReLU, the
/// last without bias (VICReg, appendix; Barlow Twins the same). Thrown away after training.
///
/// @param widths outputs of each layer; empty: the objective acts on the representation itself
/// @param batchNorm whether a batch norm stands before each ReLU
public record ProjectorSpec(List<Integer> widths, boolean batchNorm) {
    /// Three layers, as in VICReg, at a width that fits small encoders.
    public static final List<Integer> DEFAULT_WIDTHS = List.of(512, 512, 512);

    public ProjectorSpec {
        widths = List.copyOf(widths);
        if (widths.stream().anyMatch(w -> w < 1 || w > 1 << 16)) {
            throw new InputException("projector.widths: found %s, expected entries from 1 to 65536".formatted(widths));
        }
    }

    public static ProjectorSpec defaults() {
        return new ProjectorSpec(DEFAULT_WIDTHS, true);
    }

    /// Width of the embedding for representations of `features` columns.
    public int outputs(int features) {
        return widths.isEmpty() ? features : widths.getLast();
    }
}
