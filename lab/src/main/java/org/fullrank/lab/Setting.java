package org.fullrank.lab;

import org.fullrank.engine.Keyed;
import org.jspecify.annotations.Nullable;

/// The settings of one run of an experiment.
///
/// @param seed of all random numbers
/// @param quick smaller samples and shorter runs, for a first look and for continuous integration; the claims
///     are the same
/// @param data path of a data set, for the experiments that need one; null if there is none
public record Setting(long seed, boolean quick, @Nullable String data) {
    /// Seed 1. The pages use it; it was not chosen for its results.
    public static final long SEED = 1;

    /// The quick or the full size.
    int size(int quickly, int fully) {
        return quick ? quickly : fully;
    }

    /// The stream of random numbers for a part of an experiment: the same for the same name, path and seed.
    Keyed random(String name, long... path) {
        long[] key = new long[path.length + 1];
        key[0] = Keyed.name("lab " + name);
        System.arraycopy(path, 0, key, 1, path.length);
        return Keyed.of(seed, key);
    }
}
