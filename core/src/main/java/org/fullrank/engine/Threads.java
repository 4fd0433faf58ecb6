package org.fullrank.engine;

import java.util.Locale;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.global.torch;

/// The number of threads that libtorch uses. Results are bitwise equal only for the same number of threads,
/// because another number of threads splits sums differently and changes their rounding.
public final class Threads {
    private static int automatic;
    private static String remark = "";

    private Threads() {}

    /// The number of threads for a request. The request 0 means one thread for each processor that this
    /// process may use. If other processes use the processors too, and fewer threads are faster, it means
    /// fewer threads. This is measured once per process.
    public static int resolve(int requested) {
        InputException.when(
                requested < 0, "threads: found %d, expected 0 (all processors) or a positive number", requested);
        return requested == 0 ? automatic() : requested;
    }

    /// The reason, in one line, why [#resolve] chose fewer threads than there are processors; empty if it did
    /// not.
    public static synchronized String remark() {
        return remark;
    }

    private static synchronized int automatic() {
        if (automatic == 0) {
            Natives.load(); // writing their files keeps threads of the system busy, which are not of this process
            int most = Runtime.getRuntime().availableProcessors();
            automatic = most == 1 || !ThreadChoice.crowded() ? most : measured(most);
        }
        return automatic;
    }

    private static int measured(int most) {
        ThreadChoice.Measured measured = ThreadChoice.measure(most);
        int best = measured.best(most);
        if (best < most) {
            remark = String.format(
                    Locale.ROOT,
                    "%d of %d threads are used: other processes use the processors, and %d threads take %.1f times as long",
                    best,
                    most,
                    most,
                    measured.ratio(most, best));
        }
        return best;
    }

    /// Limits libtorch and OpenBLAS to `threads`.
    public static void use(int threads) {
        Natives.load();
        torch.set_num_threads(threads);
        openblas.blas_set_num_threads(threads);
    }
}
