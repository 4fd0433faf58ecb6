package org.fullrank.online;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * A learner with a running standardization of its input. The running mean of each input is subtracted. Then the result
 * is divided by the running standard deviation. Use this class if you do not know the scale of the input before the
 * stream.
 */
public final class Standardized implements OnlineRule {
    /** 1e-4: rate of the running moments. They are plain averages over the first 1/rate samples. */
    public static final double RATE = 1e-4;
    /** 10: larger standardized values are clipped. This limits the effect of the first samples and of outliers. */
    public static final float MOST = 10;

    private static final double EPSILON = 1e-12;

    private final OnlineRule rule;
    private final Moments moments;
    private final float[] scaled;

    private Standardized(OnlineRule rule) {
        this.rule = rule;
        this.moments = new Moments(rule.inputs(), false);
        this.scaled = new float[rule.inputs()];
    }

    /** Standardizes the input of a learner. The learner then belongs to the result. */
    public static Standardized of(OnlineRule rule) {
        Check.that(
                !(rule instanceof Standardized),
                "standardization: found a standardized learner, expected one that is not; standardize once");
        return new Standardized(rule);
    }

    /** The learner that receives the standardized inputs. */
    public OnlineRule rule() {
        return rule;
    }

    @Override
    public int inputs() {
        return rule.inputs();
    }

    @Override
    public int units() {
        return rule.units();
    }

    @Override
    public long samples() {
        return rule.samples();
    }

    @Override
    public float[] update(float[] x) {
        Check.sample(x, scaled.length);
        moments.observe(x, Math.max(RATE, 1.0 / (samples() + 1)));
        return rule.update(scale(x));
    }

    @Override
    public float[] transform(float[] x) {
        Check.sample(x, scaled.length);
        return rule.transform(scale(x));
    }

    private float[] scale(float[] x) {
        for (int j = 0; j < x.length; j++) {
            double value = (x[j] - moments.mean[j]) / Math.sqrt(moments.variance[j] + EPSILON);
            scaled[j] = (float) Math.max(-MOST, Math.min(MOST, value));
        }
        return scaled;
    }

    @Override
    public void sequenceEnds() {
        rule.sequenceEnds();
    }

    @Override
    public Monitor monitor() {
        return rule.monitor();
    }

    @Override
    public Alarm alarm() {
        return rule.alarm();
    }

    @Override
    public float[] weights() {
        return rule.weights();
    }

    @Override
    public void requireLike(OnlineRule other) {
        Check.that(
                other instanceof Standardized,
                "learners: found one that standardizes its input and one that does not, expected two alike;"
                        + " give learners of one kind");
        rule.requireLike(((Standardized) other).rule);
    }

    @Override
    public void merge(OnlineRule other) {
        requireLike(other);
        Standardized theirs = (Standardized) other;
        int[] same = new int[scaled.length];
        Arrays.fill(same, 1);
        moments.pool(theirs.moments, Monitor.share(samples(), theirs.samples()), same);
        rule.merge(theirs.rule);
    }

    void write(DataOutputStream out) throws IOException {
        moments.write(out);
    }

    static Standardized read(DataInputStream in, OnlineRule rule) throws IOException {
        Standardized standardized = of(rule);
        standardized.moments.read(in);
        return standardized;
    }
}
