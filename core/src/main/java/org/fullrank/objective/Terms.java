package org.fullrank.objective;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;

/// The value of an objective, differentiable, and its parts by their names in the paper, before weighting.
public record Terms(Tensor total, SequencedMap<String, Tensor> parts) {
    public Terms {
        parts = new LinkedHashMap<>(parts);
    }
}
