package org.fullrank.diagnose;

import java.util.stream.IntStream;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// Size limits and preparation steps for measures that compare rows, dimensions, views or classes. The
/// tensors are float64 matrices on the CPU and belong to the caller's scope.
final class Matrices {
    /// Largest number of values of a matrix: 128 MiB as float64. A wider sample is reduced to fewer rows.
    static final long LARGEST = 1L << 24;

    /// Number of rows of a matrix `[N, N]` that are computed at once, so that the whole matrix is never in
    /// memory.
    static final int BLOCK = 512;

    /// A deviation below this share of the mean counts as zero, because it is a rounding error of float32.
    static final double CONSTANT = 1e-7;

    private Matrices() {}

    /// Work on tensors.
    interface Work<T> {
        T run();
    }

    /// Runs `work` in its own scope, without gradients. Messages of engine errors begin with `subject`.
    static <T> T guarded(String subject, Work<T> work) {
        return NativeErrors.guard(subject, () -> {
            try (var scope = Scope.withoutGradients()) {
                return work.run();
            }
        });
    }

    /// @throws InputException when `rows` is not a matrix with rows and columns
    static void require(String subject, Tensor rows) {
        if (rows.dim() != 2 || rows.numel() == 0) {
            throw new InputException(
                    "%s: found shape %s, expected [N, D] with at least one row and column; give a matrix"
                            .formatted(subject, Tensors.describe(rows)));
        }
    }

    /// A float64 copy on the host, contiguous.
    static Tensor copy(Tensor rows) {
        return Tensors.to(rows, Device.CPU)
                .to(ScalarType.Double, false, true, new MemoryFormatOptional())
                .contiguous();
    }

    /// `rows`, or at most `most` of them, evenly spaced.
    static Tensor evenly(Tensor rows, long most) {
        long count = rows.size(0);
        if (count <= most) {
            return rows;
        }
        int[] chosen = IntStream.range(0, Math.toIntExact(most))
                .map(i -> Math.toIntExact(i * count / most))
                .toArray();
        return Tensors.to(rows, Device.CPU).index_select(0, Tensors.of(chosen));
    }

    /// Largest number of rows of a matrix with `width` columns.
    static long mostRows(long width) {
        return Math.max(1, LARGEST / width);
    }

    /// Standard Gaussian values `[rows, columns]`, which depend only on the key.
    static Tensor gaussian(Keyed random, long rows, long columns) {
        double[] values = new double[Math.toIntExact(rows * columns)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextGaussian();
        }
        return Tensors.of(values, rows, columns);
    }

    /// A random order of `count` numbers, which depends only on the key.
    static int[] shuffled(Keyed random, int count) {
        int[] order = IntStream.range(0, count).toArray();
        for (int i = count - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int other = order[j];
            order[j] = order[i];
            order[i] = other;
        }
        return order;
    }
}
