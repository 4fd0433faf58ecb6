package org.fullrank.engine;

import java.util.Locale;
import java.util.function.Supplier;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.global.torch;

/// The number of threads that libtorch uses. Results are bitwise equal only for the same number of threads,
/// because another number of threads splits sums differently and changes their rounding.
public final class Threads {
    private static Choice choice = new Choice(0, "");

    /// An automatic number of threads.
    ///
    /// @param threads 0 if nothing has been chosen
    /// @param remark why there are fewer threads than processors; empty if there are not
    record Choice(int threads, String remark) {
        /// @param measured how fast each number of threads is; it has the number `current`
        /// @param current the number that stays unless another one is clearly faster
        static Choice of(ThreadChoice.Measured measured, int most, int current) {
            int best = measured.best(current);
            double ratio = measured.ratio(most, best);
            String why = ratio > 1
                    ? String.format(
                            Locale.ROOT,
                            "other processes use the processors, and %d threads take %.1f times as long",
                            most,
                            ratio)
                    : "%d threads are not clearly faster".formatted(most);
            return new Choice(best, best == most ? "" : "%d of %d threads are used: %s".formatted(best, most, why));
        }

        /// The choice after this one. All threads go on if no other process runs. Fewer threads go on until a
        /// measurement says otherwise, because other processes may rest just for the moment of the look.
        Choice next(int most, boolean crowded, Supplier<ThreadChoice.Measured> measurement) {
            return crowded || threads < most ? of(measurement.get(), most, threads) : this;
        }
    }

    private Threads() {}

    /// The number of threads for a request. The request 0 means one thread for each processor that this
    /// process may use. If other processes use the processors too, and fewer threads are faster, it means
    /// fewer threads. This is measured once per process, and by [#renew].
    public static int resolve(int requested) {
        InputException.when(
                requested < 0, "threads: found %d, expected 0 (all processors) or a positive number", requested);
        return requested == 0 ? automatic() : requested;
    }

    /// The same number, but chosen again, because other processes may have started or ended since. Call it
    /// before a measurement of time. Afterwards, [#resolve] gives this number too.
    public static int renew(int requested) {
        if (requested == 0) {
            renewed();
        }
        return resolve(requested);
    }

    /// The reason, in one line, why [#resolve] chose fewer threads than there are processors; empty if it did
    /// not.
    public static synchronized String remark() {
        return choice.remark;
    }

    private static synchronized int automatic() {
        if (choice.threads == 0) {
            Natives.load(); // writing their files keeps threads of the system busy, which are not of this process
            int most = Runtime.getRuntime().availableProcessors();
            choice = most == 1 || !ThreadChoice.crowded()
                    ? new Choice(most, "")
                    : Choice.of(ThreadChoice.measure(most), most, most);
        }
        return choice.threads;
    }

    private static synchronized void renewed() {
        int most = Runtime.getRuntime().availableProcessors();
        int current = choice.threads;
        if (current > 0 && most > 1) { // the first choice is as new as can be
            choice = choice.next(most, ThreadChoice.crowded(), () -> ThreadChoice.measure(most, current));
        }
    }

    /// Limits libtorch and OpenBLAS to `threads`.
    public static void use(int threads) {
        Natives.load();
        torch.set_num_threads(threads);
        openblas.blas_set_num_threads(threads);
    }
}
