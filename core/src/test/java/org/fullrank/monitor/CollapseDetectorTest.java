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
        assertThat(alarms.getFirst().verdict().evidence())
                .contains("less than a third of its best value, 0.400 at step 100 (");
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

    /// SimCLR under a high learning rate: the norm rises to 140 and falls to 5, its size before training.
    @Test
    void anEmbeddingThatReturnsToItsSizeBeforeTrainingHasNotVanished() {
        assertThat(stretched(0.5)).isEmpty();
        assertThat(stretched(0.1)).extracting(Alarm::kind).containsExactly(Kind.NORM_VANISHING);
    }

    private static List<Alarm> stretched(double last) {
        var detector = new CollapseDetector(STEPS);
        var alarms = new ArrayList<Alarm>();
        detector.update(1, Map.of("batch.embedding.std.raw", 0.5));
        for (int step = EVERY; step <= STEPS; step += EVERY) {
            boolean begin = step < STEPS / 2;
            double deviation = begin ? 10 : last;
            detector.update(step, Map.of("batch.embedding.std.raw", deviation));
            Map<String, Double> values = check(0.3, 0.7, begin ? 140 : 5);
            values.put("embedding.std.raw", deviation);
            alarms.addAll(detector.update(step, values));
        }
        return alarms;
    }

    /// The detector after a run whose embedding and first block have these figures at each check.
    private static CollapseDetector run(IntToDoubleFunction margin, IntToDoubleFunction deviation, List<Alarm> alarms) {
        var detector = new CollapseDetector(STEPS);
        detector.update(1, Map.of("batch.embedding.std.raw", 0.5));
        for (int step = EVERY; step <= STEPS; step += EVERY) {
            detector.update(step, Map.of("batch.embedding.std.raw", deviation.applyAsDouble(step)));
            Map<String, Double> values = check(0.3, 0.7, 10);
            values.put("embedding.effective-rank.margin", margin.applyAsDouble(step));
            values.put("embedding.std.raw", deviation.applyAsDouble(step));
            values.put("block.0.rankme.centered.share", 0.3);
            values.put("block.0.std", 0.7);
            values.put("block.0.norm", 10.0);
            values.put("block.0.effective-rank.margin", 0.5);
            alarms.addAll(detector.update(step, values));
        }
        return detector;
    }

    private static List<Alarm> absolute(IntToDoubleFunction margin, IntToDoubleFunction deviation) {
        var alarms = new ArrayList<Alarm>();
        run(margin, deviation, alarms);
        return alarms;
    }

    @Test
    void anEmbeddingThatShrinksFromItsValueBeforeTheFirstStepIsToldWhateverItsDirections() {
        List<Alarm> alarms = absolute(s -> 3, s -> s < 100 ? 0.1 : 0.02);
        assertThat(alarms).extracting(Alarm::kind).containsExactly(Kind.NORM_VANISHING);
        assertThat(alarms.getFirst().onset()).isEqualTo(EVERY);
        assertThat(alarms.getFirst().step()).isEqualTo(250);
        assertThat(alarms.getFirst().verdict().evidence()).contains("0.0400 times that before training");
        assertThat(alarms.getFirst().verdict().confidence()).isBetween(0.5, 1.0);
    }

    /// As with batch norms, whose running statistics are nearly the initial ones after a step.
    @Test
    void aShortRunWhoseChecksShrinkUnlikeItsBatchesRaisesNoAlarm() {
        var detector = new CollapseDetector(1);
        detector.update(1, Map.of("batch.embedding.std.raw", 0.5));
        Map<String, Double> values = check(0.3, 0.7, 10);
        values.put("embedding.std.raw", 0.01);
        assertThat(detector.update(1, values)).isEmpty();
        assertThat(detector.isSound()).isTrue();
        assertThat(detector.standing()).isEmpty();
    }

    @Test
    void anEffectiveRankThatIsNeverSoundIsToldAfterTheGrace() {
        List<Alarm> alarms = absolute(s -> 0.8, s -> 0.5);
        assertThat(alarms).extracting(Alarm::kind).containsExactly(Kind.DIMENSIONAL);
        assertThat(alarms.getFirst().step()).isEqualTo(250);
        assertThat(alarms.getFirst().place()).isEqualTo("embedding");
    }

    @Test
    void absoluteRulesLeaveAHealthyBeginningAlone() {
        assertThat(absolute(s -> s < 200 ? 0.6 : 1.3, s -> s < 200 ? 0.3 : 0.6)).isEmpty();
    }

    @Test
    void anAlarmStandsUntilItsPlaceRecovers() {
        assertThat(run(s -> s < 400 ? 3 : 0.5, s -> 0.5, new ArrayList<>()).standing())
                .extracting(Alarm::step)
                .containsExactly(425L);
        assertThat(run(s -> s >= 400 && s < 500 ? 0.5 : 3, s -> 0.5, new ArrayList<>())
                        .standing())
                .isEmpty();
    }

    /// The figures of `shapes-vicreg` with the weights of variance and covariance at 0, 117 steps, a check every ten
    /// steps. The lengths vanish first. Later the spread falls below a third of its best value.
    @Test
    void anAlarmAboutLengthsStandsBesideALaterOneAboutDirections() {
        double[] spread = {0.630, 0.622, 0.496, 0.372, 0.285, 0.237, 0.211, 0.199, 0.192, 0.186, 0.189, 0.189};
        double[] deviation = {0.136, 0.168, 0.051, 0.023, 0.014, 0.0107, 0.009, 0.0084, 0.008, 0.0076, 0.0078, 0.0077};
        var detector = new CollapseDetector(117);
        var alarms = new ArrayList<Alarm>();
        detector.update(1, Map.of("batch.embedding.std.raw", 0.3485));
        for (int i = 0; i < spread.length; i++) {
            detector.update(1, Map.of("batch.embedding.std.raw", deviation[i]));
            Map<String, Double> values = check(0.15, spread[i], 1);
            values.put("embedding.std.raw", deviation[i]);
            alarms.addAll(detector.update(Math.min(117, 10 * (i + 1)), values));
        }
        assertThat(alarms).extracting(Alarm::kind).containsExactly(Kind.NORM_VANISHING, Kind.CONSTANT);
        assertThat(detector.standing())
                .extracting(Alarm::kind)
                .containsExactlyInAnyOrder(Kind.NORM_VANISHING, Kind.CONSTANT);
    }

    @Test
    void lengthsThatVanishTogetherWithTheDirectionsAreNamedToo() {
        var detector = new CollapseDetector(STEPS);
        var alarms = new ArrayList<Alarm>();
        detector.update(1, Map.of("batch.embedding.std.raw", 0.5));
        for (int step = EVERY; step <= STEPS; step += EVERY) {
            double deviation = step < 500 ? 0.5 : 0.001;
            detector.update(step, Map.of("batch.embedding.std.raw", deviation));
            Map<String, Double> values = check(0.3, step < 500 ? 0.7 : 0.1, 10);
            values.put("embedding.std.raw", deviation);
            alarms.addAll(detector.update(step, values));
        }
        assertThat(alarms).extracting(Alarm::kind).containsExactly(Kind.CONSTANT, Kind.NORM_VANISHING);
        assertThat(alarms).extracting(Alarm::step).containsOnly(525L);
    }

    @Test
    void recoveryEndsTheRowOfSinkingChecks() {
        List<Alarm> alarms = alarms(s -> s >= 300 && s < 400 ? 0.2 : s < 800 ? 0.4 : 0.05);
        assertThat(alarms).extracting(Alarm::onset).containsExactly(800L);
    }
}
