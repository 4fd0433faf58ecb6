package org.fullrank.lab;

import org.fullrank.engine.Keyed;
import org.jspecify.annotations.Nullable;

/// The settings of one run of an experiment.
///
/// @param seed of all random numbers
/// @param quick whether samples are smaller and runs are shorter, for a first look and for continuous
///     integration. The claims are the same
/// @param data path of a data set, for the experiments that need one; null if there is none
public record Setting(long seed, boolean quick, @Nullable String data) {
    /// Seed 1. The pages use this seed. It was not chosen for its results.
    public static final long SEED = 1;

    /// The quick size or the full size.
    int size(int quickly, int fully) {
        return quick ? quickly : fully;
    }

    /// The stream of random numbers for a part of an experiment. It is the same for the same name, path and
    /// seed.
    Keyed random(String name, long... path) {
        long[] key = new long[path.length + 1];
        key[0] = Keyed.name("lab " + name);
        System.arraycopy(path, 0, key, 1, path.length);
        return Keyed.of(seed, key);
    }
}
