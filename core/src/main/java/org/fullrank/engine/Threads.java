package org.fullrank.engine;

import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.global.torch;

/// The number of threads that the engine uses. Results are bit-identical only for the same number of threads,
/// because another split of a sum changes its rounding.
public final class Threads {
    private Threads() {}

    /// The number of threads for a request. The request 0 means one thread for each processor that this
    /// process may use.
    public static int resolve(int requested) {
        InputException.when(
                requested < 0, "threads: found %d, expected 0 (all processors) or a positive number", requested);
        return requested == 0 ? Runtime.getRuntime().availableProcessors() : requested;
    }

    /// Limits the engine, and OpenBLAS below it, to `threads`.
    public static void use(int threads) {
        Natives.load();
        torch.set_num_threads(threads);
        openblas.blas_set_num_threads(threads);
    }
}
