package org.fullrank.objective;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

/// The embeddings of one whole batch: V >= 2 matrices `[N, D]`, one for each view. Row i of each matrix
/// belongs to the same sample.
///
/// @param draw the key of an objective's random draws for this batch (directions, partitions); equal keys
///     give equal draws
/// @param memory the memory that the objective returned for the batch before ([Terms#memory]); null if there
///     is none
public record Views(
        List<Tensor> embeddings, long draw, @Nullable Tensor memory) {
    public Views {
        embeddings = List.copyOf(embeddings);
        if (embeddings.size() < 2) {
            throw new InputException("an objective needs at least 2 views of each sample, found %d; raise views.views"
                    .formatted(embeddings.size()));
        }
        Tensor first = embeddings.getFirst();
        for (Tensor z : embeddings) {
            if (z.dim() != 2 || z.size(0) != first.size(0) || z.size(1) != first.size(1)) {
                throw new InputException("views must be matrices of one shape [N, D], found %s and %s"
                        .formatted(Tensors.describe(first), Tensors.describe(z)));
            }
        }
        if (first.size(0) < 2) {
            throw new InputException("an objective compares samples: needs at least 2 rows, found %s; raise train.batch"
                    .formatted(Tensors.describe(first)));
        }
    }

    /// Views with the first draw and no memory.
    public Views(List<Tensor> embeddings) {
        this(embeddings, 0, null);
    }

    /// Samples N.
    public long samples() {
        return embeddings.getFirst().size(0);
    }

    /// Width D.
    public long width() {
        return embeddings.getFirst().size(1);
    }
}
