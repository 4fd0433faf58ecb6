package org.fullrank.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.fullrank.diagnose.Figures.ClassSpread;
import org.fullrank.diagnose.Figures.Dimensions;
import org.fullrank.diagnose.Figures.Pairs;
import org.fullrank.diagnose.Verdict.Kind;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VerdictsTest {
    /// A figure that moves through a threshold while all others are well.
    ///
    /// @param ill on the side of the threshold where the fault is
    /// @param well on the other side
    record Turn(Kind kind, double ill, double well, DoubleFunction<Patient> figures) {
        @Override
        public String toString() {
            return kind + " " + ill;
        }
    }

    static Stream<Turn> turns() {
        return Stream.of(
                new Turn(
                        Kind.CONSTANT,
                        0.029,
                        0.031,
                        v -> new Patient().directions(v).offset(0.9)),
                new Turn(Kind.DIMENSIONAL, 8.1, 7.9, v -> new Patient().slope(9, v, 10)),
                new Turn(Kind.DIMENSIONAL, 1.59, 1.61, v -> new Patient().slope(v, 3, 10)),
                new Turn(Kind.NORM_BLOW_UP, 8.1e4, 7.9e4, v -> new Patient().norm(v)),
                new Turn(Kind.NORM_VANISHING, 0.99e-3, 1.01e-3, v -> new Patient().norm(v)),
                new Turn(Kind.REDUNDANT, 7, 6, v -> new Patient().copies((int) v)),
                new Turn(Kind.REDUNDANT, 0.51, 0.49, v -> new Patient().correlation(v)),
                new Turn(Kind.COMMON_OFFSET, 0.951, 0.949, v -> new Patient().offset(v)),
                new Turn(Kind.CLASS_WISE, 0.099, 0.101, v -> new Patient().oneClass(v)),
                new Turn(Kind.SHORTCUT, 0.0099, 0.0101, v -> new Patient().pairs(v, 0.5)),
                new Turn(Kind.OVER_AUGMENTED, 0.951, 0.949, v -> new Patient().pairs(v, 0.001)),
                new Turn(Kind.UNDER_SAMPLED, 31, 33, v -> new Patient().rows((long) v)));
    }

    @ParameterizedTest
    @MethodSource("turns")
    void aVerdictTurnsAtItsThreshold(Turn turn) {
        assertThat(kinds(turn.figures().apply(turn.ill()))).containsExactly(turn.kind());
        assertThat(kinds(turn.figures().apply(turn.well()))).containsExactly(Kind.HEALTHY);
    }

    @ParameterizedTest
    @MethodSource("turns")
    void confidenceIsAHalfAtTheThresholdAndGrowsBeyondIt(Turn turn) {
        double step = turn.ill() - turn.well();
        for (int i = 0; i < 50; i++) {
            double here = turn.figures().apply(turn.ill() + i * step).verdict(turn.kind());
            double further = turn.figures().apply(turn.ill() + (i + 1) * step).verdict(turn.kind());
            if (Double.isNaN(further)) { // the figure has left its range
                assertThat(i).isPositive();
                return;
            }
            assertThat(here).isBetween(0.5, 1.0);
            assertThat(further).isGreaterThanOrEqualTo(here - 1e-12);
        }
    }

    @ParameterizedTest
    @MethodSource("turns")
    void confidenceInHealthFallsTowardsTheThreshold(Turn turn) {
        double step = turn.well() - turn.ill();
        double near = turn.figures().apply(turn.well()).verdict(Kind.HEALTHY);
        double far = turn.figures().apply(turn.well() + 5 * step).verdict(Kind.HEALTHY);
        assertThat(near).isBetween(0.5, 0.7);
        assertThat(far).isGreaterThan(near);
    }

    @Test
    void aFigureWithAWideIntervalIsBelievedLess() {
        assertThat(Confidence.below(0.5, 1, 0)).isGreaterThan(Confidence.below(0.5, 1, 1));
        assertThat(Confidence.above(2, 1, 0)).isGreaterThan(Confidence.above(2, 1, 1));
        // ln 1.5 beyond the threshold is one standard deviation: the normal distribution has 0.8413.
        assertThat(Confidence.above(1.5, 1, 0)).isCloseTo(0.8413, within(0.01));
        assertThat(Confidence.above(1, 1, 3)).isEqualTo(0.5);
        assertThat(Confidence.above(Double.NaN, 1, 0)).isZero();
        assertThat(Confidence.below(Double.NaN, 1, 0)).isZero();
        assertThat(Confidence.below(0, 1, 0)).isEqualTo(1);
    }

    @Test
    void aConstantExplainsWhatFollowsFromIt() {
        var constant = new Patient()
                .directions(0)
                .offset(1)
                .slope(1, 1e6, 1)
                .pairs(0, 1)
                .copies(63);
        assertThat(kinds(constant)).containsExactly(Kind.CONSTANT);
        assertThat(kinds(constant.norm(1e9))).containsExactly(Kind.CONSTANT, Kind.NORM_BLOW_UP);
    }

    @Test
    void copiesExplainALostRankUnlessThereIsLittleElse() {
        assertThat(kinds(new Patient().slope(30, 1e6, 32).copies(32))).containsExactly(Kind.REDUNDANT);
        assertThat(kinds(new Patient().slope(10, 1e6, 11).copies(32))).containsExactly(Kind.DIMENSIONAL);
        assertThat(kinds(new Patient().slope(1, 1e6, 1).copies(63))).containsExactly(Kind.DIMENSIONAL);
    }

    @Test
    void theWorstFaultComesFirst() {
        assertThat(kinds(new Patient()
                        .slope(3, 100, 3)
                        .offset(0.99)
                        .oneClass(0.01)
                        .pairs(0.001, 1)))
                .containsExactly(Kind.DIMENSIONAL, Kind.COMMON_OFFSET, Kind.CLASS_WISE, Kind.SHORTCUT);
    }

    @Test
    void aFallWithMuchBehindItIsNoLostRank() {
        assertThat(kinds(new Patient().slope(9, 20, 10).behind(0.06))).containsExactly(Kind.HEALTHY);
        assertThat(kinds(new Patient().slope(9, 20, 10).behind(0.04))).containsExactly(Kind.DIMENSIONAL);
    }

    @Test
    void aLostRankThatOnlyFarRowsShowIsNone() {
        var ill = new Patient().slope(1, 1e6, 1).oneClass(0.01).offset(0.96);
        assertThat(kinds(ill)).containsExactly(Kind.DIMENSIONAL, Kind.COMMON_OFFSET, Kind.CLASS_WISE);
        assertThat(kinds(ill.trimmed(new Patient().oneClass(0.5)))).containsExactly(Kind.COMMON_OFFSET);
    }

    @Test
    void classesOfFewRowsAreNotJudged() {
        assertThat(kinds(new Patient().classes(new ClassSpread("a", 7, 0), new ClassSpread("b", 900, 1))))
                .containsExactly(Kind.HEALTHY);
    }

    @Test
    void rowsThatSufficeGrowWithTheRootOfTheWidth() {
        assertThat(SampleRules.needed(64)).isEqualTo(32);
        assertThat(SampleRules.needed(512)).isEqualTo(91);
        assertThat(SampleRules.needed(8192)).isEqualTo(363);
        assertThat(verdicts(new Patient().rows(3)).getFirst().evidence()).contains("32 rows would");
    }

    @Test
    void eachStepNamesASettingThatRecipesHave() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "reference", "recipes.md"))
                + Files.readString(Path.of("..", "docs", "reference", "methods.md"));
        var setting = Pattern.compile("[a-z]+(\\.[A-Za-z0-9]+)+");
        var everything = new Patient()
                .slope(3, 100, 3)
                .offset(0.99)
                .oneClass(0.01)
                .pairs(0.001, 1)
                .figures();
        for (Verdicts.Rule rule : Verdicts.RULES) {
            String next =
                    java.util.Objects.requireNonNull(rule.judge(everything)).next();
            List<String> named =
                    setting.matcher(next).results().map(r -> r.group()).toList();
            assertThat(named).as(next).isNotEmpty();
            for (String key : named) {
                // The settings of objectives and regularizers are on the page of methods, without their prefix.
                String shown =
                        key.replace(".0.", ".N.").replaceAll("\\.type$", "").replaceAll("^method\\.objective\\.", "");
                assertThat(page).as(next).contains("`" + shown + "`");
            }
        }
    }

    private static List<Kind> kinds(Patient patient) {
        return verdicts(patient).stream().map(Verdict::kind).toList();
    }

    private static List<Verdict> verdicts(Patient patient) {
        return Verdicts.of(
                patient.figures(), () -> (patient.trimmed == null ? patient : patient.trimmed).figures(), Set.of());
    }

    /// Figures of 1000 healthy rows of width 64, of which some are changed.
    private static final class Patient {
        private long rows = 1000;
        private double norm = 8;
        private double directions = 0.9;
        private double offset = 0.2;
        private SpectrumShape slope = new SpectrumShape(30, 2, 5, 0.5, 50, 64);
        private @Nullable Patient trimmed;
        private Dimensions dimensions = new Dimensions(0, 0, 0.01);
        private List<ClassSpread> classes = List.of();
        private @Nullable Pairs pairs;

        Figures figures() {
            return new Figures(
                    rows, 64, norm, directions, offset, slope, dimensions, classes, pairs, Figures.Errors.plain(rows));
        }

        double verdict(Kind kind) {
            return VerdictsTest.verdicts(this).stream()
                    .filter(v -> v.kind() == kind)
                    .mapToDouble(Verdict::confidence)
                    .findFirst()
                    .orElse(Double.NaN);
        }

        Patient rows(long value) {
            rows = value;
            return this;
        }

        Patient norm(double value) {
            norm = value;
            return this;
        }

        Patient directions(double value) {
            directions = value;
            return this;
        }

        Patient offset(double value) {
            offset = value;
            return this;
        }

        Patient slope(double effectiveRank, double knee, int at) {
            slope = new SpectrumShape(effectiveRank, knee, at, 0.001, at, 64);
            return this;
        }

        Patient behind(double share) {
            slope = new SpectrumShape(
                    slope.effectiveRank(), slope.knee(), slope.kneeAt(), share, slope.directions99(), 64);
            return this;
        }

        Patient trimmed(Patient value) {
            trimmed = value;
            return this;
        }

        Patient copies(int count) {
            dimensions = new Dimensions(0, count, 0.01);
            return this;
        }

        Patient correlation(double value) {
            dimensions = new Dimensions(0, 0, value);
            return this;
        }

        Patient classes(ClassSpread... values) {
            classes = List.of(values);
            return this;
        }

        Patient oneClass(double spread) {
            return classes(
                    new ClassSpread("cat", 300, spread),
                    new ClassSpread("dog", 300, 0.9),
                    new ClassSpread("cow", 300, 1));
        }

        Patient pairs(double distance, double matches) {
            pairs = new Pairs(distance, matches, 1000);
            return this;
        }
    }
}
