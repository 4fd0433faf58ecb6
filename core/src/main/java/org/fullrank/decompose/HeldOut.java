package org.fullrank.decompose;

import org.fullrank.engine.Keyed;

/// The observed entries that are not part of the loss. The error of these entries decides when the fit stops,
/// and it chooses the rank. The choice of these entries depends only on the seed and on which entries are
/// observed.
///
/// @param fitted the tensor without these entries
/// @param entries positions of the held-out entries in row-major order, ascending
/// @param values of these entries
record HeldOut(PartialTensor fitted, int[] entries, float[] values) {
    private static final long HELD_OUT = Keyed.name("held-out entries");

    /// Number of observations that a share holds out: entries, measurements or samples.
    static int count(Observed data, double share) {
        return (int) Math.round(share * data.observations());
    }

    /// The split that holds out nothing.
    static HeldOut none(Observed data) {
        return new HeldOut(data.entries(), new int[0], new float[0]);
    }

    /// Draws [#count] entries or measurements by selection sampling (Knuth, "The Art of Computer Programming", volume
    /// 2,
    /// algorithm S).
    ///
    /// @param index of the split; splits with different indices are independent
    static HeldOut of(Observed observed, double share, long seed, int index) {
        int count = count(observed, share);
        if (observed instanceof SampleCovariance samples) {
            return samples.split(count, seed, index);
        }
        PartialTensor data = observed.entries();
        int[] entries = new int[count];
        boolean[] kept = data.observed().clone();
        Keyed random = index == 0 ? Keyed.of(seed, HELD_OUT) : Keyed.of(seed, HELD_OUT, index);
        int left = data.observedCount();
        int chosen = 0;
        for (int i = 0; i < kept.length; i++) {
            if (kept[i] && random.nextInt(left--) < entries.length - chosen) {
                entries[chosen++] = i;
                kept[i] = false;
            }
        }
        return new HeldOut(data.only(kept), entries, data.values(entries));
    }
}
