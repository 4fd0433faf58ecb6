package org.fullrank.engine;

import java.util.random.RandomGenerator;

/// A stream of random numbers that is a pure function of its key, a seed and a path of numbers such as (epoch, sample,
/// view). Nothing in Fullrank draws from a shared generator, so neither the order of work nor the number of threads,
/// nor a restart in the middle can change a draw.
///
/// The stream is SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014): the state
/// walks by the golden ratio and each output is a finalised copy of it. The key is absorbed number by number with the
/// same finaliser, so (1, name, 2, 3) and (1, name, 3, 2) are unrelated keys. Seed and first number of the path are
/// absorbed alike: let the path begin with a [#name], which no seed equals.
public final class Keyed implements RandomGenerator {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    private Keyed(long state) {
        this.state = state;
    }

    /// The stream of the key (seed, path...).
    public static Keyed of(long seed, long... path) {
        long state = mix(seed + GOLDEN_GAMMA);
        for (long step : path) {
            state = mix((state ^ mix(step + GOLDEN_GAMMA)) + GOLDEN_GAMMA);
        }
        return new Keyed(state);
    }

    /// A stable number for a name, to be used as a part of a key (64-bit FNV-1a over UTF-16 units).
    public static long name(String name) {
        long hash = 0xCBF29CE484222325L;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * 0x100000001B3L;
        }
        return hash;
    }

    @Override
    public long nextLong() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
