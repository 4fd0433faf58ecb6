package org.fullrank.diagnose;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Scope;
import org.fullrank.linalg.Moments;
import org.fullrank.rows.Batch;
import org.fullrank.rows.Batches;
import org.jspecify.annotations.Nullable;

/// Examines embeddings. Says whether the embeddings have collapsed, in which way, and what to change.
///
/// The moments use all rows, in one pass. Measures that compare rows with each other use a sample of at most
/// [Reservoir#CAPACITY] rows.
public final class Doctor {
    private Doctor() {}

    /// The diagnosis of a stream of rows. The stream is read to its end; the caller closes it.
    ///
    /// @param subject what is examined, such as `z.npy`
    /// @throws org.fullrank.engine.InputException when the rows cannot be read, or when no row is finite
    public static Diagnosis examine(String subject, Batches batches) {
        return examine(subject, batches, Set.of());
    }

    /// The same for an inner block of an encoder. Few directions, copies and a common mean are no fault there:
    /// in healthy networks, the pooled channels of a block share much of their variance, and averages of ReLUs
    /// are far from zero.
    ///
    /// @throws org.fullrank.engine.InputException when the rows cannot be read, or when no row is finite
    public static Diagnosis examineBlock(String subject, Batches batches) {
        return examine(
                subject,
                batches,
                EnumSet.of(Verdict.Kind.DIMENSIONAL, Verdict.Kind.REDUNDANT, Verdict.Kind.COMMON_OFFSET));
    }

    private static Diagnosis examine(String subject, Batches batches, Set<Verdict.Kind> harmless) {
        try (var summary = new EmbeddingSummary(batches.width());
                var off = Gradients.off()) {
            while (true) {
                try (var scope = Scope.open()) {
                    Batch batch = batches.next();
                    if (batch == null) {
                        break;
                    }
                    summary.add(batch);
                }
            }
            return summary.diagnosis(subject, batches.classNames(), batches.warnings(), harmless);
        }
    }

    /// The diagnosis of rows in memory. It skips confidence intervals and the expensive measures, so it is
    /// quick enough for every check of a training.
    ///
    /// @param subject what is examined, such as `representation`
    /// @param rows embeddings `[N, D]`, float32 or float64; the caller still owns them
    /// @param second embeddings of another view of the same samples, `[N, D]`; null if there is none
    /// @param labels class of each row, from 0; null if there are none
    /// @throws org.fullrank.engine.InputException when a value is not finite, or when there are no rows
    public static Diagnosis examine(String subject, Tensor rows, @Nullable Tensor second, int @Nullable [] labels) {
        try (var moments = Moments.of(rows)) {
            return examine(subject, moments, rows, second, labels);
        }
    }

    /// The same of rows whose moments are known, without another view and labels.
    ///
    /// @param moments of the rows; the caller closes them
    public static Diagnosis examine(String subject, Moments moments, Tensor rows) {
        return examine(subject, moments, rows, null, null);
    }

    private static Diagnosis examine(
            String subject, Moments moments, Tensor rows, @Nullable Tensor second, int @Nullable [] labels) {
        try (var scope = Scope.withoutGradients()) {
            long[] numbers = LongStream.range(0, rows.size(0)).toArray();
            return Examination.quick(moments, new Batch(rows, second, labels, numbers))
                    .diagnosis(subject, List.of());
        }
    }
}
