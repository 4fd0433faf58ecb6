package org.fullrank.online;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * Monitors features without storing samples. A monitor has running standard deviations, the rank of a running
 * covariance, and an alarm.
 *
 * <p>The monitor uses every {@link #EVERY}-th sample, with rate {@link #RATE}. The first verdict comes after 1/{@link
 * #RATE} used samples. Then a verdict comes after every {@link #JUDGED_EVERY} used samples. Only {@link #health()}
 * allocates memory.
 */
public final class Monitor {
    /** Rate of the running moments, which average over about 1000 used samples. */
    public static final double RATE = 1e-3;
    /** One of this many samples is used. 7 keeps the cost low, and varies the position in sequences of even length. */
    public static final int EVERY = 7;
    /** Number of used samples between two verdicts. */
    public static final int JUDGED_EVERY = 100;

    /**
     * Running statistics of the features, and the latest verdict.
     *
     * @param samples number of all samples, used or not
     * @param std running standard deviation of each unit
     * @param mean running mean of each unit
     * @param rank participation ratio of the running covariance: 1 = one direction, M = equal variance in all
     *     directions, 0 = no variance
     * @param alarm the latest verdict
     */
    public record Health(long samples, double[] std, double[] mean, double rank, Alarm alarm) {
        /** The standard deviation averaged over the units. */
        public double meanStd() {
            double sum = 0;
            for (double s : std) {
                sum += s;
            }
            return sum / std.length;
        }
    }

    private final Limits limits;
    private final Moments input;
    private final Moments moments;
    private long samples;
    private long taken;
    private Alarm alarm = Alarm.NONE;

    /** A monitor for this number of features (units) and inputs. */
    public Monitor(int inputs, int units, Limits limits) {
        Check.shape(inputs, units);
        this.limits = limits;
        this.input = new Moments(inputs, false);
        this.moments = new Moments(units, true);
    }

    /** Adds one sample, which must be finite, and its features. */
    public void observe(float[] x, float[] z) {
        if (samples++ % EVERY != 0) {
            return;
        }
        for (float value : z) {
            if (!Float.isFinite(value)) {
                alarm = Alarm.NOT_FINITE;
                return;
            }
        }
        double rate = Math.max(RATE, 1.0 / (taken + 1));
        input.observe(x, rate);
        moments.observe(z, rate);
        taken++;
        if (taken % JUDGED_EVERY == 0 && taken * RATE >= 1 && alarm != Alarm.NOT_FINITE) {
            alarm = verdict();
        }
    }

    private Alarm verdict() {
        int units = moments.variance.length;
        int silent = 0;
        for (double variance : moments.variance) {
            if (!(variance <= limits.maximumStd() * limits.maximumStd())) {
                return Alarm.EXPLODED;
            }
            if (variance < limits.minimumStd() * limits.minimumStd()) {
                silent++;
            }
        }
        if (inputIsConstant()) {
            return Alarm.CONSTANT_INPUT;
        }
        if (silent >= limits.silentShare() * units) {
            return Alarm.COLLAPSED;
        }
        return units > 1 && moments.participationRatio() < limits.minimumRank() ? Alarm.LOW_RANK : Alarm.NONE;
    }

    private boolean inputIsConstant() {
        double variance = 0;
        double square = 0;
        for (int j = 0; j < input.mean.length; j++) {
            variance += input.variance[j];
            square += input.variance[j] + input.mean[j] * input.mean[j];
        }
        return variance < limits.minimumChange() * limits.minimumChange() * square;
    }

    /** The latest verdict. */
    public Alarm alarm() {
        return alarm;
    }

    /** The limits in force. */
    public Limits limits() {
        return limits;
    }

    /** The running statistics and the verdict, in new arrays. */
    public Health health() {
        double[] std = new double[moments.variance.length];
        for (int i = 0; i < std.length; i++) {
            std[i] = Math.sqrt(moments.variance[i]);
        }
        return new Health(samples, std, moments.mean.clone(), moments.participationRatio(), alarm);
    }

    void pool(Monitor other, int[] signs) {
        double share = share(taken, other.taken);
        int[] same = new int[input.mean.length];
        Arrays.fill(same, 1);
        input.pool(other.input, share, same);
        moments.pool(other.moments, share, signs);
        samples += other.samples;
        taken += other.taken;
    }

    /** The second count divided by the sum of both counts; 0 if the second count is 0. */
    static double share(long own, long others) {
        return others == 0 ? 0 : (double) others / (own + others);
    }

    void write(DataOutputStream out) throws IOException {
        out.writeDouble(limits.minimumStd());
        out.writeDouble(limits.silentShare());
        out.writeDouble(limits.minimumRank());
        out.writeDouble(limits.maximumStd());
        out.writeDouble(limits.minimumChange());
        out.writeLong(samples);
        out.writeLong(taken);
        out.writeByte(alarm.ordinal());
        input.write(out);
        moments.write(out);
    }

    static Monitor read(DataInputStream in, int inputs, int units) throws IOException {
        Limits limits = new Limits(in.readDouble(), in.readDouble(), in.readDouble(), in.readDouble(), in.readDouble());
        Monitor monitor = new Monitor(inputs, units, limits);
        monitor.samples = in.readLong();
        monitor.taken = in.readLong();
        monitor.alarm = State.choice(in, Alarm.values());
        monitor.input.read(in);
        monitor.moments.read(in);
        return monitor;
    }
}
