package org.fullrank.online;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class MonitorTest {
    private static final int ENOUGH = 20 * Monitor.EVERY * (int) (1 / Monitor.RATE);

    private static Monitor of(int units) {
        return new Monitor(1, units, Limits.defaults());
    }

    @Test
    void standardDeviationAndRankAreThoseOfTheStream() {
        Monitor monitor = of(3);
        for (float[] z : Samples.gaussian(1, ENOUGH, 3)) {
            z[1] = 3 * z[1] + 5;
            z[2] = z[0];
            monitor.observe(new float[] {z[0]}, z);
        }
        Monitor.Health health = monitor.health();
        assertThat(health.samples()).isEqualTo(ENOUGH);
        assertThat(health.std()[0]).isCloseTo(1, within(0.1));
        assertThat(health.std()[1]).isCloseTo(3, within(0.3));
        assertThat(health.mean()[1]).isCloseTo(5, within(0.3));
        // Eigenvalues 9, 2 and 0: (9 + 2)^2 / (81 + 4).
        assertThat(health.rank()).isCloseTo(121 / 85.0, within(0.1));
        assertThat(health.alarm()).isEqualTo(Alarm.NONE);
    }

    @Test
    void silentWhileThereIsTooLittleToTell() {
        Monitor monitor = of(2);
        for (int t = 0; t < Monitor.EVERY * 999; t++) {
            monitor.observe(new float[1], new float[2]);
        }
        assertThat(monitor.alarm()).isEqualTo(Alarm.NONE);
    }

    @Test
    void constantFeaturesAreACollapse() {
        assertThat(alarmAfter(new float[] {4, 4}, 0)).isEqualTo(Alarm.COLLAPSED);
    }

    @Test
    void featuresThatVaryTogetherAreALowRank() {
        assertThat(alarmAfter(new float[] {0, 0}, 1)).isEqualTo(Alarm.LOW_RANK);
    }

    @Test
    void anInputThatStopsChangingIsNoticedWhateverTheFeaturesDo() {
        Monitor monitor = of(2);
        for (float[] z : Samples.gaussian(1, ENOUGH, 2)) {
            monitor.observe(new float[] {5}, z);
        }
        assertThat(monitor.alarm()).isEqualTo(Alarm.CONSTANT_INPUT);
    }

    @Test
    void hugeFeaturesAreAnExplosion() {
        assertThat(alarmAfter(new float[] {0, 0}, 1e8f)).isEqualTo(Alarm.EXPLODED);
    }

    @Test
    void oneFeatureThatIsNoNumberIsNoticedForGood() {
        Monitor monitor = of(1);
        monitor.observe(new float[1], new float[] {Float.NaN});
        for (float[] z : Samples.gaussian(1, ENOUGH, 1)) {
            monitor.observe(new float[] {z[0]}, z);
        }
        assertThat(monitor.alarm()).isEqualTo(Alarm.NOT_FINITE);
        assertThat(monitor.health().std()[0]).isCloseTo(1, within(0.1));
    }

    /** After {@code base + spread g (1, 1)} with Gaussian g. */
    private static Alarm alarmAfter(float[] base, float spread) {
        Monitor monitor = of(2);
        for (float[] z : Samples.gaussian(1, ENOUGH, 2)) {
            float[] x = {z[0]};
            float same = z[0];
            z[0] = base[0] + spread * same;
            z[1] = base[1] + spread * same;
            monitor.observe(x, z);
        }
        return monitor.alarm();
    }
}
