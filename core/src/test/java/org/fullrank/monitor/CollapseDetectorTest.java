package org.fullrank.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import org.fullrank.diagnose.Verdict.Kind;
import org.junit.jupiter.api.Test;

class CollapseDetectorTest {
    private static final int STEPS = 1000;
    private static final int EVERY = 25;

    private static Map<String, Double> check(double share, double spread, double norm) {
        var values = new LinkedHashMap<String, Double>();
        values.put("embedding.rankme.centered.share", share);
        values.put("embedding.std", spread);
        values.put("embedding.norm", norm);
        return values;
    }

    /// The alarms of a run whose measures are functions of the step.
    private static List<Alarm> alarms(IntToDoubleFunction share, IntToDoubleFunction spread, IntToDoubleFunction norm) {
        var detector = new CollapseDetector(STEPS);
        var alarms = new ArrayList<Alarm>();
        for (int step = EVERY; step <= STEPS; step += EVERY) {
            alarms.addAll(detector.update(
                    step, check(share.applyAsDouble(step), spread.applyAsDouble(step), norm.applyAsDouble(step))));
        }
        return alarms;
    }

    private static List<Alarm> alarms(IntToDoubleFunction share) {
        return alarms(share, s -> 0.7, s -> 10);
    }

    @Test
    void aSteadyRunRaisesNothing() {
        assertThat(alarms(s -> 0.3)).isEmpty();
    }

    @Test
    void ranksThatFallFromTheirInitialValueRaiseNothing() {
        assertThat(alarms(s -> 0.12 + 0.8 * Math.exp(-s / 20.0))).isEmpty();
    }

    @Test
    void aWarmUpThatLooksCollapsedRaisesNothing() {
        assertThat(alarms(s -> s < 200 ? 0.01 : 0.3, s -> s < 200 ? 0.01 : 0.6, s -> 10))
                .isEmpty();
    }

    @Test
    void aRankThatFallsLateIsNamedOnceWithTheStepAtWhichItBeganToFall() {
        List<Alarm> alarms = alarms(s -> s < 600 ? 0.4 : Math.max(0.05, 0.4 - (s - 590) * 0.004));
        assertThat(alarms).hasSize(1);
        assertThat(alarms.getFirst().kind()).isEqualTo(Kind.DIMENSIONAL);
        assertThat(alarms.getFirst().onset()).isBetween(600L, 650L);
        assertThat(alarms.getFirst().step()).isBetween(625L, 725L);
        assertThat(alarms.getFirst().evidence()).contains("it was 0.400 at step 100");
    }

    @Test
    void oneCheckAloneIsNoAlarm() {
        assertThat(alarms(s -> s == 500 ? 0.01 : 0.4)).isEmpty();
    }

    @Test
    void aRunThatCollapsesAtOnceIsToldAfterTheGraceWithItsEarlyOnset() {
        List<Alarm> alarms = alarms(s -> 0.01, s -> s < 50 ? 0.6 : 0.02, s -> 10);
        assertThat(alarms).hasSize(1);
        assertThat(alarms.getFirst().kind()).isEqualTo(Kind.CONSTANT);
        assertThat(alarms.getFirst().onset()).isEqualTo(EVERY);
        assertThat(alarms.getFirst().step()).isEqualTo(250);
    }

    @Test
    void aCollapseOfTheLastCheckIsToldAtTheEnd() {
        assertThat(alarms(s -> s == STEPS ? 0.01 : 0.4)).hasSize(1);
    }

    @Test
    void noiseOfFullRankAboutOnePointIsConstant() {
        List<Alarm> alarms = alarms(s -> 0.9, s -> s < 500 ? 0.7 : 1e-4, s -> 10);
        assertThat(alarms).extracting(Alarm::kind).containsExactly(Kind.CONSTANT);
        assertThat(alarms.getFirst().onset()).isEqualTo(500);
    }

    @Test
    void normsOutOfRangeAreNamed() {
        assertThat(alarms(s -> 0.4, s -> 0.7, s -> s < 500 ? 10 : 1e5))
                .extracting(Alarm::kind)
                .containsExactly(Kind.NORM_BLOW_UP);
        assertThat(alarms(s -> 0.4, s -> 0.7, s -> s < 500 ? 10 : 1e-5))
                .extracting(Alarm::kind)
                .containsExactly(Kind.NORM_VANISHING);
    }

    @Test
    void recoveryEndsTheRowOfSinkingChecks() {
        List<Alarm> alarms = alarms(s -> s >= 300 && s < 400 ? 0.2 : s < 800 ? 0.4 : 0.05);
        assertThat(alarms).extracting(Alarm::onset).containsExactly(800L);
    }
}
