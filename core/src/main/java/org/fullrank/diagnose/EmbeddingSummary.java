package org.fullrank.diagnose;

import java.io.Serializable;
import java.util.List;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Moments;
import org.fullrank.linalg.MomentsState;
import org.fullrank.rows.Batch;
import org.jspecify.annotations.Nullable;

/// What a diagnosis needs to know about embeddings: the moments of all rows, and a random sample of them. It
/// takes one pass. Summaries of parts can be merged, for example in a cluster. Then the diagnosis is that of
/// all rows together: the sample is the same, and the moments differ by rounding only.
///
/// ```java
/// try (var whole = new EmbeddingSummary(512); var part = state.open()) {
///     whole.merge(part);
///     Diagnosis diagnosis = whole.diagnosis("embeddings", List.of(), List.of());
/// }
/// ```
///
/// An object of this class owns native memory and must be closed.
public final class EmbeddingSummary implements AutoCloseable {
    private static final long SEED = Keyed.name("doctor");

    private final Moments moments;
    private final Reservoir reservoir = new Reservoir(SEED);

    /// Creates a summary of no rows.
    ///
    /// @param width columns D
    public EmbeddingSummary(int width) {
        this(new Moments(width));
    }

    private EmbeddingSummary(Moments moments) {
        this.moments = moments;
    }

    /// Adds rows. Their numbers must be those in the whole embedding, because they decide on the sample. The
    /// caller still owns them.
    ///
    /// @throws org.fullrank.engine.InputException when there are too many rows of this width, see [Moments#add]
    public void add(Batch batch) {
        moments.add(batch.first());
        reservoir.add(batch);
    }

    /// Adds the rows of another part, which does not change. The order of merging does not matter.
    ///
    /// @throws org.fullrank.engine.InputException when the widths differ, or when there are too many rows of this
    ///     width
    public void merge(EmbeddingSummary other) {
        moments.merge(other.moments);
        reservoir.merge(other.reservoir);
    }

    /// Rows so far.
    public long rows() {
        return moments.rows();
    }

    /// The diagnosis of all rows so far.
    ///
    /// @param subject what is examined, such as `z.npy`
    /// @param classNames names of the classes; empty if there are no labels, or if classes have numbers only
    /// @param warnings about the rows, one line each
    /// @throws IllegalStateException when there are no rows
    public Diagnosis diagnosis(String subject, List<String> classNames, List<String> warnings) {
        return diagnosis(subject, classNames, warnings, Set.of());
    }

    Diagnosis diagnosis(String subject, List<String> classNames, List<String> warnings, Set<Verdict.Kind> harmless) {
        try (var scope = Scope.withoutGradients()) {
            return Examination.full(moments, reservoir.sample(), classNames).diagnosis(subject, warnings, harmless);
        }
    }

    /// The content of this object, for another process. [State#open] makes an equal object.
    public State state() {
        try (var scope = Scope.withoutGradients()) {
            return new State(moments.state(), moments.rows() == 0 ? null : Sample.of(reservoir.sample()));
        }
    }

    /// The content of a summary in Java arrays.
    ///
    /// @param moments of all rows
    /// @param sample null if there are no rows
    public record State(MomentsState moments, @Nullable Sample sample) implements Serializable {
        /// A summary with this content; the caller closes it.
        public EmbeddingSummary open() {
            var summary = new EmbeddingSummary(moments.open());
            if (sample != null) {
                try (var scope = Scope.withoutGradients()) {
                    summary.reservoir.add(sample.batch());
                }
            }
            return summary;
        }
    }

    /// The rows of a [Batch].
    ///
    /// @param first rows of the first view, `float[]` or `double[]`
    /// @param second rows of the second view, likewise; null if there is none
    /// @param labels null if there are none
    /// @param numbers of the rows
    public record Sample(Object first, @Nullable Object second, int @Nullable [] labels, long[] numbers)
            implements Serializable {
        static Sample of(Batch batch) {
            Tensor second = batch.second();
            return new Sample(
                    values(batch.first()), second == null ? null : values(second), batch.labels(), batch.numbers());
        }

        Batch batch() {
            return new Batch(tensor(first), second == null ? null : tensor(second), labels, numbers);
        }

        private static Object values(Tensor rows) {
            return rows.scalar_type().intern() == ScalarType.Double ? Tensors.doubles(rows) : Tensors.floats(rows);
        }

        private Tensor tensor(Object values) {
            return values instanceof double[] wide
                    ? Tensors.of(wide, numbers.length, wide.length / numbers.length)
                    : Tensors.of((float[]) values, numbers.length, ((float[]) values).length / numbers.length);
        }
    }

    @Override
    public void close() {
        moments.close();
        reservoir.close();
    }
}
