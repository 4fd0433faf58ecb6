package org.fullrank.search;

import org.fullrank.engine.InputException;

/// How an index is built.
///
/// @param bits of a number in the copy of the vectors that is searched first: 32, 8 or 4. With 8 and 4, the
///     vectors are rotated at random and quantized, and the best candidates are compared again in full
/// @param neighbors links of a row in the graph, M of Malkov and Yashunin (2018); the lowest layer has twice as
///     many
/// @param beam number of candidates that are kept while a row is linked, efConstruction of the same paper
/// @param seed of the random rotation and of the rows whose recall is measured
/// @param threads that link rows; the index is the same in each build only with 1
public record IndexSettings(int bits, int neighbors, int beam, long seed, int threads) {
    /// Full precision needs no second look, and the graph of most data sets fits into memory with it.
    public static final int BITS = 32;

    /// The usual value; more links help in more than some 500 intrinsic dimensions.
    public static final int NEIGHBORS = 16;

    /// The usual value: recall@10 above 0.98 on embeddings of images.
    public static final int BEAM = 100;

    /// Lucene's limits. With one neighbor, the graph would be a path.
    private static final int LEAST_LINKED = 2;

    private static final int MOST_NEIGHBORS = 512;

    private static final int MOST_BEAM = 3200;

    public IndexSettings {
        InputException.unless(
                bits == 32 || bits == 8 || bits == 4,
                "--bits: found %d, expected 32 (not quantized), 8 or 4; choose one of them",
                bits);
        requireRange("--neighbors", neighbors, LEAST_LINKED, MOST_NEIGHBORS);
        requireRange("--beam", beam, LEAST_LINKED, MOST_BEAM);
        requireRange("--threads", threads, 1, Integer.MAX_VALUE);
    }

    /// 32 bits, 16 neighbors, a beam of 100, seed 0, one thread.
    public static IndexSettings defaults() {
        return new IndexSettings(BITS, NEIGHBORS, BEAM, 0, 1);
    }

    /// The same with other bits.
    public IndexSettings withBits(int other) {
        return new IndexSettings(other, neighbors, beam, seed, threads);
    }

    /// The same with other threads.
    public IndexSettings withThreads(int other) {
        return new IndexSettings(bits, neighbors, beam, seed, other);
    }

    /// Whether the vectors are searched in a coarser copy first.
    boolean quantized() {
        return bits < BITS;
    }

    private static void requireRange(String option, int found, int least, int most) {
        InputException.when(
                found < least || found > most,
                "%s: found %d, expected %d to %d; correct it",
                option,
                found,
                least,
                most);
    }
}
