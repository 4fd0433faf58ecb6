package org.fullrank.engine;

import java.util.Locale;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.global.torch;

/// The number of threads that the engine uses. Results are bitwise equal only for the same number of threads,
/// because a different split of a sum changes its rounding.
public final class Threads {
    /// Threads of this process that may run before any work: the caller, and one that compiles.
    private static final int AT_START = 2;

    private static int automatic;
    private static String remark = "";

    private Threads() {}

    /// The number of threads for a request. The request 0 means one thread for each processor that this
    /// process may use, or fewer if other processes use them too and fewer threads are faster. This is
    /// measured once for a process.
    public static int resolve(int requested) {
        InputException.when(
                requested < 0, "threads: found %d, expected 0 (all processors) or a positive number", requested);
        return requested == 0 ? automatic() : requested;
    }

    /// Why [#resolve] chose fewer threads than there are processors, in one line; empty if it did not.
    public static synchronized String remark() {
        return remark;
    }

    private static synchronized int automatic() {
        if (automatic == 0) {
            int most = Runtime.getRuntime().availableProcessors();
            automatic = most == 1 || !ThreadChoice.crowded(AT_START) ? most : measured(most);
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

    /// Limits the engine, and OpenBLAS below it, to `threads`.
    public static void use(int threads) {
        Natives.load();
        torch.set_num_threads(threads);
        openblas.blas_set_num_threads(threads);
    }
}
