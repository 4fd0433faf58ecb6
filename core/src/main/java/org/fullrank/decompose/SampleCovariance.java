package org.fullrank.decompose;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.SignalShape;

/// Samples whose covariance is fitted by `V V'`, the form of DeepTensor for principal components. One network makes
/// both factors. The covariance is symmetric, so only its diagonal and the entries above it count.
///
/// A share of the *samples* is held out, because the entries of a covariance depend on each other: a held-out entry
/// could be predicted from the others with the noise of the samples. The covariance of the held-out samples decides
/// when the fit stops. The mean of the fitted samples is subtracted from both, so the fit knows nothing of the held-out
/// samples.
///
/// @param side the signal of each sample: a line or a picture of N positions
/// @param count number of samples
/// @param samples `[count, N]`, row-major, without their mean
public record SampleCovariance(SignalShape side, int count, float[] samples) implements Observed {
    private static final long HELD_OUT = Keyed.name("held-out samples");
    /// More entries of the held-out covariance say no more, and take time in each step.
    private static final int MOST_COMPARED = 20_000;

    /// @throws InputException when the numbers do not fill the samples, or when there are too few
    public SampleCovariance {
        InputException.unless(
                samples.length == (long) count * side.size() && count >= 3,
                "samples: found %d numbers for %d samples of %s positions, expected %d numbers and at least 3 samples",
                samples.length,
                count,
                side,
                (long) count * side.size());
    }

    @Override
    public List<Integer> shape() {
        return List.of(side.size(), side.size());
    }

    /// The covariance of all samples, `[N, N]`. The entries below the diagonal are missing.
    @Override
    public PartialTensor entries() {
        boolean[] all = new boolean[count];
        Arrays.fill(all, true);
        return upper(covariance(samples, all));
    }

    @Override
    public int observations() {
        return count;
    }

    @Override
    public List<SignalShape> sides(ThreeWay threeWay) {
        return List.of(side, side);
    }

    @Override
    public String fingerprint() {
        var crc = new CRC32C();
        var bytes = ByteBuffer.allocate(4);
        for (float value : samples) {
            crc.update(bytes.clear().putFloat(value).flip());
        }
        return "%08x of %s".formatted(crc.getValue(), side);
    }

    /// The covariance of most samples, and some entries of the covariance of the others.
    HeldOut split(int held, long seed, int index) {
        Keyed random = Keyed.of(seed, HELD_OUT, index);
        boolean[] kept = new boolean[count];
        Arrays.fill(kept, true);
        for (int sample : chosen(count, held, random)) {
            kept[sample] = false;
        }
        boolean[] others = new boolean[count];
        for (int i = 0; i < count; i++) {
            others[i] = !kept[i];
        }
        float[] centered = centered(kept);
        float[] compared = covariance(centered, others);
        int n = side.size();
        int most = n * (n + 1) / 2;
        int[] entries = new int[Math.min(most, MOST_COMPARED)];
        int[] ranks = chosen(most, entries.length, random);
        int place = 0; // among the entries from the diagonal on
        int next = 0;
        for (int row = 0; row < n; row++) {
            for (int column = row; column < n && next < ranks.length; column++, place++) {
                if (ranks[next] == place) {
                    entries[next++] = row * n + column;
                }
            }
        }
        float[] values = new float[entries.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = compared[entries[i]];
        }
        return new HeldOut(upper(covariance(centered, kept)), entries, values);
    }

    /// Some of the numbers from 0 on, ascending, by selection sampling.
    private static int[] chosen(int of, int count, Keyed random) {
        int[] chosen = new int[count];
        int found = 0;
        for (int i = 0; i < of; i++) {
            if (random.nextInt(of - i) < count - found) {
                chosen[found++] = i;
            }
        }
        return chosen;
    }

    private PartialTensor upper(float[] covariance) {
        int n = side.size();
        boolean[] observed = new boolean[covariance.length];
        for (int i = 0; i < observed.length; i++) {
            observed[i] = i % n >= i / n;
        }
        return new PartialTensor(shape(), covariance, observed);
    }

    /// All samples without the mean of some, `[count, N]`.
    private float[] centered(boolean[] some) {
        int n = side.size();
        double[] sums = new double[n];
        int chosen = 0;
        for (int s = 0; s < count; s++) {
            chosen += some[s] ? 1 : 0;
            for (int i = 0; some[s] && i < n; i++) {
                sums[i] += samples[s * n + i];
            }
        }
        float[] centered = new float[samples.length];
        for (int i = 0; i < centered.length; i++) {
            centered[i] = (float) (samples[i] - sums[i % n] / chosen);
        }
        return centered;
    }

    /// The mean of the outer products of some samples, `[N, N]`.
    ///
    /// @param samples `[count, N]`
    private float[] covariance(float[] samples, boolean[] some) {
        float[] weights = new float[count];
        int chosen = 0;
        for (int i = 0; i < count; i++) {
            weights[i] = some[i] ? 1 : 0;
            chosen += some[i] ? 1 : 0;
        }
        try (var scope = Scope.withoutGradients()) {
            Tensor x = Tensors.of(samples, count, side.size()).to(ScalarType.Double);
            Tensor kept = x.mul(Tensors.of(weights, count, 1).to(ScalarType.Double));
            return Tensors.floats(kept.t().matmul(x).div(Tensors.scalar(chosen)));
        }
    }
}
