package org.fullrank.lab;

import org.fullrank.engine.Keyed;
import org.jspecify.annotations.Nullable;

/// The settings of one run of an experiment.
///
/// @param seed of all random numbers
/// @param length how large samples are and how long runs are. The claims are the same
/// @param data path of a data set, for the experiments that take one; null if there is none
public record Setting(long seed, Length length, @Nullable String data) {
    /// Seed 1. The pages use this seed. It was not chosen for its results.
    public static final long SEED = 1;

    /// How large samples are and how long runs are.
    public enum Length {
        /// Seconds, for a first look and for continuous integration.
        QUICK,
        /// Minutes, for the pages.
        FULL,
        /// The sizes of the paper, for experiments whose full length is a short form of it.
        PAPER
    }

    public Setting(long seed, boolean quick, @Nullable String data) {
        this(seed, quick ? Length.QUICK : Length.FULL, data);
    }

    boolean quick() {
        return length == Length.QUICK;
    }

    /// The quick size or the full size.
    int size(int quickly, int fully) {
        return quick() ? quickly : fully;
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
