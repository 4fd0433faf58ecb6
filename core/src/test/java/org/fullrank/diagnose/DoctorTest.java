package org.fullrank.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.diagnose.CollapseCases.Case;
import org.fullrank.diagnose.Verdict.Kind;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.rows.Batches;
import org.fullrank.rows.RowStreams;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DoctorTest {
    private static final Confusion CONFUSION = new Confusion();

    static List<Case> cases() {
        return CollapseCases.all();
    }

    /// The table goes into `docs/explanation/results.md`.
    @AfterAll
    static void writeConfusionTable() throws IOException {
        Path folder = Files.createDirectories(Path.of("target"));
        Files.writeString(folder.resolve("confusion.md"), CONFUSION.table());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void eachFaultIsCalledByItsName(Case known) {
        Verdict found = known.rows().get().examined().verdict();
        CONFUSION.add(known.expected(), found.kind());
        assertThat(found.kind()).as("%s", found).isEqualTo(known.expected());
        assertThat(found.confidence()).isBetween(0.5, 1.0);
        assertThat(found.evidence()).isNotBlank().doesNotContain("NaN");
        if (known.left() > 0) {
            assertThat(found.evidence()).startsWith(known.left() + " of ");
        }
    }

    @Test
    void thereAreEnoughCasesAndOneOfEachKindAtLeast() {
        assertThat(cases()).hasSizeGreaterThan(40);
        assertThat(cases().stream().map(Case::expected).distinct()).containsExactlyInAnyOrder(Kind.values());
        assertThat(cases().stream().map(Case::name)).doesNotHaveDuplicates();
    }

    /// One of each kind, and some that are near others.
    static Stream<Case> some() {
        var names = Set.of(
                "behind a ReLU",
                "variances fall as 1 / j, N < D",
                "heavy tails, Cauchy",
                "constant and noise of 1 %",
                "rank 10",
                "rank 1 in float32",
                "variances fall as 1 / j^3",
                "lengths of 1e8",
                "lengths of 1e-8",
                "all entries near 6",
                "half of the dimensions copied",
                "three classes of ten are points",
                "all classes are points",
                "identical views",
                "unrelated views",
                "eight rows");
        return cases().stream().filter(known -> names.contains(known.name()));
    }

    @ParameterizedTest
    @MethodSource("some")
    void aStreamIsJudgedAsRowsInMemory(Case known) {
        Diagnosis found = known.rows().get().streamed(130);
        assertThat(found.verdict().kind()).as("%s", found.verdicts()).isEqualTo(known.expected());
        assertThat(found.sections().stream().map(Section::name)).contains("spread", "ranks", "redundancy");
    }

    /// As in the first blocks of a layer-local method that has learned well.
    @Test
    void fewDirectionsCopiesAndAMeanAreNoFaultOfABlockButEqualRowsAre() {
        float[] few = new float[400 * 32];
        for (int i = 0; i < 400; i++) {
            for (int j = 0; j < 32; j++) {
                few[32 * i + j] = (float) (Math.sin(i) * (1 + j % 3) + Math.cos(2.3 * i) * (j % 2));
            }
        }
        assertThat(kinds(few, Doctor::examine)).contains(Kind.DIMENSIONAL);
        assertThat(kinds(few, Doctor::examineBlock)).containsExactly(Kind.HEALTHY);
        for (int i = 0; i < few.length; i++) {
            few[i] += 8; // as after a ReLU
        }
        assertThat(kinds(few, Doctor::examine)).contains(Kind.COMMON_OFFSET);
        assertThat(kinds(few, Doctor::examineBlock)).containsExactly(Kind.HEALTHY);
        for (int i = 0; i < few.length; i++) {
            few[i] = 1 + i % 32 + 1e-3f * few[i];
        }
        assertThat(kinds(few, Doctor::examineBlock)).contains(Kind.CONSTANT);
    }

    private static List<Kind> kinds(float[] rows, BiFunction<String, Batches, Diagnosis> doctor) {
        try (Batches batches = Batches.of(RowStreams.of("block.one", rows, 32), null, null)) {
            return doctor.apply("block.one", batches).verdicts().stream()
                    .map(Verdict::kind)
                    .toList();
        }
    }

    /// The only verdict that depends on the scale is the one on lengths.
    @ParameterizedTest
    @ValueSource(doubles = {1e160, 1e-200})
    void hugeAndTinyRowsHaveTheMeasuresOfOrdinaryOnes(double scale) {
        try (var scope = Scope.open()) {
            Tensor z = Matrices.gaussian(Keyed.of(3), 300, 12).add(Tensors.scalar(0.5)); // [N, D]
            Tensor other = z.add(Matrices.gaussian(Keyed.of(4), 300, 12).mul(Tensors.scalar(0.3)));
            int[] labels = IntStream.range(0, 300).map(i -> i % 3).toArray();
            Diagnosis plain = Doctor.examine("z", z, other, labels);
            Diagnosis scaled =
                    Doctor.examine("z", z.mul(Tensors.scalar(scale)), other.mul(Tensors.scalar(scale)), labels);
            assertThat(scaled.verdicts())
                    .extracting(Verdict::kind)
                    .contains(scale > 1 ? Kind.NORM_BLOW_UP : Kind.NORM_VANISHING);
            for (int i = 0; i < plain.sections().size(); i++) {
                List<Reading> expected = plain.sections().get(i).readings();
                List<Reading> found = scaled.sections().get(i).readings();
                for (int j = 0; j < expected.size(); j++) {
                    double value = expected.get(j).value();
                    boolean raw = expected.get(j).name().matches("std\\.raw.*|norm.*");
                    assertThat(found.get(j).value())
                            .as(expected.get(j).name())
                            .isCloseTo(raw ? value * scale : value, withinPercentage(1e-6));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("some")
    void theOrderOfRowsDoesNotMatter(Case known) {
        sameVerdict(known, rows -> rows.rows(row -> rows.count() - 1 - row));
    }

    @ParameterizedTest
    @MethodSource("some")
    void theOrderOfDimensionsDoesNotMatter(Case known) {
        sameVerdict(known, rows -> rows.both(view -> view.columns(j -> (j * 5 + 3) % rows.width())));
    }

    @ParameterizedTest
    @MethodSource("some")
    void aFactorDoesNotMatterButForLengths(Case known) {
        if (known.expected() != Kind.NORM_BLOW_UP && known.expected() != Kind.NORM_VANISHING) {
            sameVerdict(known, rows -> rows.both(view -> view.scaled(7)));
        }
    }

    /// Copies of dimensions are a matter of axes.
    @ParameterizedTest
    @MethodSource("some")
    void aRotationDoesNotMatterButForCopies(Case known) {
        if (known.expected() != Kind.REDUNDANT) {
            sameVerdict(known, rows -> rows.both(view -> view.turned(5)));
        }
    }

    private static void sameVerdict(Case known, UnaryOperator<Rows> change) {
        Diagnosis found = change.apply(known.rows().get()).examined();
        assertThat(found.verdict().kind()).as("%s", found.verdicts()).isEqualTo(known.expected());
    }

    @Test
    void aFewVeryWideRowsAreExamined() {
        Diagnosis found = Rows.gaussian(1, 10, 150_000).streamed(4);
        assertThat(found.rows()).isEqualTo(10);
        assertThat(found.width()).isEqualTo(150_000);
        assertThat(found.verdict().evidence()).doesNotContain("NaN");
    }

    @Test
    void oneWithManyFaultsHasThemAllTheWorstFirst() {
        Rows rows = Rows.ofRank(1, 3, 500, 64).shifted(2, 30);
        Diagnosis found = rows.and(rows).examined();
        assertThat(found.verdicts().stream().map(Verdict::kind))
                .containsExactly(Kind.DIMENSIONAL, Kind.COMMON_OFFSET, Kind.SHORTCUT);
    }

    @Test
    void classesAreCalledByTheirNames() {
        Rows rows = Rows.gaussian(1, 500, 16)
                .each((v, row, j) -> row % 5 == 3 ? 1e-3 * v : v)
                .labeled(row -> row % 5);
        assertThat(rows.streamed(100).verdict().evidence()).contains("1 of 5 classes are points: number 3 (");
        assertThat(rows.examined().verdict().evidence()).contains("class 3 (");
    }

    @Test
    void whatIsNoFaultByItselfIsNoted() {
        Rows tails = Rows.gaussian(1, 500, 16).map(v -> v * v * v).each((v, row, j) -> j == 2 ? 5 : v);
        assertThat(tails.streamed(100).verdict().kind()).isEqualTo(Kind.HEALTHY);
        assertThat(tails.streamed(100).warnings())
                .anyMatch(note -> note.startsWith("tails are heavy"))
                .contains("1 of 16 dimensions never vary");
        Rows far = Rows.gaussian(2, 100, 128).each((v, row, j) -> row == 7 ? 1000 * v : row == 9 ? j : v);
        assertThat(far.rows(row -> row == 3 || row == 4 ? 9 : row).streamed(50).warnings())
                .contains("100 rows can show at most 99 of 128 dimensions; shares of ranks take this into account")
                .anyMatch(note -> note.contains("rows are far from the others, such as row 7"))
                .contains("3 % of rows nearly equal another one, such as 3 and 4");
        assertThat(Rows.gaussian(3, 500, 16).streamed(100).warnings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"rank 40 of 64,40 of 64,24", "28 of 64 dead units,36 of 64,28", "rank 5 of 8,5 of 8,3"})
    void directionsThatAHealthyOneLacksAreCounted(String name, String rank, int missing) {
        Diagnosis found = called(name);
        assertThat(found.verdict().kind()).isEqualTo(Kind.HEALTHY);
        assertThat(found.verdict().evidence())
                .containsPattern("in the first half, the next singular value is at most [0-9.]+ times smaller");
        assertThat(found.warnings())
                .contains("the rank is %s; directions without variance (below 1e-06 of the strongest): %d"
                        .formatted(rank, missing));
    }

    @Test
    void manyZeroRowsAreNoted() {
        assertThat(called("half of the rows zero").warnings()).containsExactly("more than 50 % of rows are zero");
        assertThat(called("all zeros").warnings()).noneMatch(note -> note.contains("rows are zero"));
    }

    private static Diagnosis called(String name) {
        Case known = cases().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
        return known.rows().get().examined();
    }

    @Test
    void classesOfTooFewRowsAreCounted() {
        Rows rows = Rows.gaussian(1, 500, 16).labeled(row -> row < 100 ? row % 3 : 3 + row % 100);
        assertThat(rows.examined().warnings())
                .containsExactly("only 3 of 103 classes have at least 8 rows in the sample and could be judged");
        assertThat(rows.labeled(row -> row % 10).examined().warnings()).isEmpty();
    }

    @Test
    void valuesThatAreNotFiniteAreRefused() {
        Rows rows = Rows.gaussian(1, 100, 8).map(v -> v > 2 ? Double.NaN : v);
        assertThatThrownBy(rows::examined).isInstanceOf(InputException.class).hasMessageContaining("finite");
    }

    /// How often a kind was called by which name.
    private static final class Confusion {
        private final int[][] counts = new int[Kind.values().length][Kind.values().length];

        void add(Kind expected, Kind found) {
            counts[expected.ordinal()][found.ordinal()]++;
        }

        String table() {
            var text = new StringBuilder("| expected \\ found |");
            for (Kind kind : Kind.values()) {
                text.append(' ').append(kind.title()).append(" |");
            }
            text.append("\n|").append(" --- |".repeat(Kind.values().length + 1)).append('\n');
            for (Kind kind : Kind.values()) {
                text.append("| ").append(kind.title()).append(" |");
                for (int count : counts[kind.ordinal()]) {
                    text.append(' ').append(count == 0 ? "" : count + " ").append('|');
                }
                text.append('\n');
            }
            return text.toString();
        }
    }
}
