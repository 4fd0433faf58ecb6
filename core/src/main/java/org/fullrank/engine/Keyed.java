package org.fullrank.engine;

import java.util.random.RandomGenerator;

/// A stream of random numbers that depends only on its key. The key is a seed and a path of numbers such as
/// (epoch, sample, view). Fullrank has no shared random generator. So the random numbers do not depend on the
/// order of work or the number of threads, and a restart does not change them.
///
/// The generator is SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
/// 2014). Each step adds the golden ratio to the state, and each output is a mixed copy of the state. The
/// same mixing function absorbs the numbers of the key one by one. So the paths (1, 2) and (2, 1) give
/// unrelated streams.
///
/// The seed and the first number of the path are interchangeable. So start each path with the [#name] of the
/// quantity that is drawn. Then a seed equals this number only by chance.
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
