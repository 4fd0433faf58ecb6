package org.fullrank.diagnose;

import static org.fullrank.diagnose.Rows.decaying;
import static org.fullrank.diagnose.Rows.gaussian;
import static org.fullrank.diagnose.Rows.ofRank;
import static org.fullrank.diagnose.Verdict.Kind.CLASS_WISE;
import static org.fullrank.diagnose.Verdict.Kind.COMMON_OFFSET;
import static org.fullrank.diagnose.Verdict.Kind.CONSTANT;
import static org.fullrank.diagnose.Verdict.Kind.DIMENSIONAL;
import static org.fullrank.diagnose.Verdict.Kind.HEALTHY;
import static org.fullrank.diagnose.Verdict.Kind.NORM_BLOW_UP;
import static org.fullrank.diagnose.Verdict.Kind.NORM_VANISHING;
import static org.fullrank.diagnose.Verdict.Kind.OVER_AUGMENTED;
import static org.fullrank.diagnose.Verdict.Kind.REDUNDANT;
import static org.fullrank.diagnose.Verdict.Kind.SHORTCUT;
import static org.fullrank.diagnose.Verdict.Kind.UNDER_SAMPLED;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.function.Supplier;
import org.fullrank.engine.Keyed;

/// Embeddings of which it is known what is wrong with them.
final class CollapseCases {
    /// @param left dimensions that a dimensional collapse leaves; 0 elsewhere
    record Case(String name, Verdict.Kind expected, int left, Supplier<Rows> rows) {
        @Override
        public String toString() {
            return name;
        }
    }

    private final List<Case> cases = new ArrayList<>();

    private CollapseCases() {}

    static List<Case> all() {
        var all = new CollapseCases();
        all.healthy();
        all.constants();
        all.ranks();
        all.scales();
        all.copies();
        all.classes();
        all.pairs();
        all.fewRows();
        return all.cases;
    }

    private void add(String name, Verdict.Kind expected, Supplier<Rows> rows) {
        cases.add(new Case(name, expected, 0, rows));
    }

    private void rank(String name, int left, Supplier<Rows> rows) {
        cases.add(new Case(name, DIMENSIONAL, left, rows));
    }

    private void healthy() {
        add("isotropic, 1000 x 64", HEALTHY, () -> gaussian(1, 1000, 64));
        add("isotropic, 200 x 512", HEALTHY, () -> gaussian(2, 200, 512));
        add("uniform on the sphere", HEALTHY, () -> gaussian(3, 1000, 128).lengths(row -> 1));
        add("variances fall as 1 / sqrt(j)", HEALTHY, () -> decaying(4, 500, 256, power(0.5)));
        add("variances fall as 1 / j", HEALTHY, () -> decaying(5, 600, 512, power(1)));
        add("variances fall as 1 / j, N < D", HEALTHY, () -> decaying(6, 200, 512, power(1)));
        add("a few strong dimensions above a floor", HEALTHY, () -> decaying(7, 500, 256, j -> j <= 5 ? 100 : 1));
        add("behind a ReLU", HEALTHY, () -> decaying(8, 1000, 128, power(1)).map(v -> Math.max(0, v)));
        add("ReLU with a bias, sparse", HEALTHY, () -> gaussian(9, 1000, 128).map(v -> Math.max(0, v - 1)));
        add("mixture of ten broad clusters", HEALTHY, () -> clusters(10, 0.5));
        add("one-hot, 64 symbols", HEALTHY, () -> gaussian(11, 1000, 64).each((v, row, j) -> row % 64 == j ? 1 : 0));
        add("columns of unequal scale", HEALTHY, () -> unequal(gaussian(12, 1000, 128)));
        add("columns permuted", HEALTHY, () -> decaying(13, 1000, 128, power(1)).columns(j -> 127 - j));
        add("10 % dead units", HEALTHY, () -> alive(gaussian(14, 1000, 128), 115));
        add("heavy tails, Student with 2 degrees", HEALTHY, () -> student(15, 2));
        add("heavy tails, Cauchy", HEALTHY, () -> student(16, 1));
        add(
                "one row a million times longer",
                HEALTHY,
                () -> gaussian(17, 500, 64).lengths(row -> row == 3 ? 1e7 : 8));
        add("half of the rows zero", HEALTHY, () -> zeros(gaussian(100, 1000, 64)));
        add("rank 40 of 64", HEALTHY, () -> ofRank(101, 40, 2000, 64));
        add("28 of 64 dead units", HEALTHY, () -> alive(gaussian(102, 2000, 64), 36));
        add("rank 5 of 8", HEALTHY, () -> ofRank(103, 5, 1000, 8));
        add("a moderate common mean", HEALTHY, () -> gaussian(18, 1000, 64).shifted(19, 1.5));
    }

    private void constants() {
        add("constant", CONSTANT, () -> gaussian(20, 500, 64).scaled(0).shifted(20, 1));
        add(
                "constant and noise of 1e-6",
                CONSTANT,
                () -> gaussian(21, 500, 64).scaled(1e-6).shifted(21, 1));
        add(
                "constant and noise of 1 %",
                CONSTANT, () -> gaussian(22, 500, 64).scaled(1e-2).shifted(22, 1));
        add(
                "constant, 8192 dimensions",
                CONSTANT,
                () -> gaussian(23, 64, 8192).scaled(0).shifted(23, 1));
        add("all zeros", CONSTANT, () -> gaussian(24, 500, 64).scaled(0));
        add(
                "one direction, lengths differ",
                CONSTANT,
                () -> gaussian(25, 500, 64).each((v, row, j) -> (2 + Math.sin(row)) * (1 + j % 3)));
    }

    private void ranks() {
        rank("rank 1", 1, () -> ofRank(30, 1, 500, 64));
        rank("rank 1 in float32", 1, () -> ofRank(31, 1, 500, 64).map(v -> (float) v));
        rank("rank 1, 1024 dimensions, N < D", 1, () -> ofRank(32, 1, 256, 1024));
        rank("rank 2", 2, () -> ofRank(33, 2, 500, 256));
        rank("rank 5, N < D", 5, () -> ofRank(34, 5, 200, 512));
        rank("rank 10", 10, () -> ofRank(35, 10, 1000, 128));
        rank("rank 20 of 64, 100 rows", 20, () -> ofRank(36, 20, 100, 64));
        rank("rank 100 of 512", 100, () -> ofRank(37, 100, 600, 512));
        rank("rank 16 of 512 and noise of 1 %", 16, () -> noisy(ofRank(38, 16, 600, 512), 0.01 * 4));
        rank(
                "rank 3, permuted columns of unequal scale",
                3,
                () -> unequal(ofRank(39, 3, 1000, 128)).columns(j -> 127 - j));
        rank(
                "a circle in 128 dimensions",
                2,
                () -> gaussian(40, 1000, 128)
                        .each((v, row, j) -> j == 0 ? Math.sin(row) : j == 1 ? Math.cos(row) : 0)
                        .turned(40));
        rank(
                "two opposite points and noise of 1 %",
                1,
                () -> gaussian(41, 500, 64)
                        .each((v, row, j) -> 0.01 * v + (row % 2 == 0 ? 1 : -1) * (j % 2 == 0 ? 1 : -1)));
        rank("ten tight clusters without labels", 9, () -> clusters(42, 0.05));
        rank("90 % dead units", 13, () -> alive(gaussian(43, 1000, 128), 13));
        rank(
                "rank 4 with heavy tails",
                4,
                () -> student(44, 2).times(gaussian(44, 128, 4)).times(gaussian(45, 4, 64)));
        rank("rank 3, half of the rows zero", 3, () -> zeros(ofRank(104, 3, 1000, 64)));
        rank("rank 6 around a large mean", 6, () -> ofRank(46, 6, 500, 64).shifted(47, 20));
        add("variances fall as 1 / j^3", DIMENSIONAL, () -> decaying(48, 500, 256, power(3)));
        add("variances fall as 1 / j^3, N < D", DIMENSIONAL, () -> decaying(49, 200, 512, power(3)));
    }

    private void scales() {
        add("lengths of 1e8", NORM_BLOW_UP, () -> gaussian(50, 500, 64).lengths(row -> 1e8));
        add("lengths of 1e-8", NORM_VANISHING, () -> gaussian(51, 500, 64).lengths(row -> 1e-8));
        add(
                "mean ten times the deviation",
                COMMON_OFFSET,
                () -> gaussian(52, 1000, 64).shifted(52, 10));
        add(
                "mean eight times the deviation, decaying",
                COMMON_OFFSET,
                () -> decaying(53, 1000, 128, power(0.5)).shifted(53, 4));
        add("all entries near 6", COMMON_OFFSET, () -> gaussian(54, 500, 256).map(v -> v + 6));
    }

    private void copies() {
        add(
                "half of the dimensions copied",
                REDUNDANT,
                () -> gaussian(60, 1000, 128).columns(j -> j % 64));
        add(
                "the same with the sign flipped",
                REDUNDANT,
                () -> gaussian(61, 1000, 128).columns(j -> j % 64).each((v, row, j) -> j < 64 ? v : -v));
        add(
                "the same at other scales",
                REDUNDANT,
                () -> unequal(gaussian(62, 1000, 128).columns(j -> j % 64)));
        add(
                "a fifth of the dimensions copied",
                REDUNDANT,
                () -> gaussian(63, 1000, 128).columns(j -> j % 100));
        add(
                "each dimension four times",
                REDUNDANT,
                () -> gaussian(64, 1000, 128).columns(j -> j % 32));
        add(
                "copies of decaying dimensions",
                REDUNDANT,
                () -> decaying(65, 1000, 128, power(1)).columns(j -> j % 64));
    }

    private void classes() {
        add("ten broad classes", HEALTHY, () -> clusters(70, 0.7).labeled(row -> row % 10));
        add("one class of ten is a point", CLASS_WISE, () -> pointed(71, row -> row % 10 == 3));
        add("three classes of ten are points", CLASS_WISE, () -> pointed(72, row -> row % 10 < 3));
        add("all classes are points", CLASS_WISE, () -> clusters(73, 0.01).labeled(row -> row % 10));
        add("labels by chance", HEALTHY, () -> gaussian(74, 1000, 64).labeled(row -> row * 7919 % 10));
    }

    private void pairs() {
        Rows rows = decaying(80, 500, 64, power(0.5));
        add("views that agree, noise of 50 %", HEALTHY, () -> rows.and(noisy(rows, 0.2)));
        add("identical views", SHORTCUT, () -> rows.and(rows));
        add("nearly identical views", SHORTCUT, () -> rows.and(noisy(rows, 0.01)));
        add("unrelated views", OVER_AUGMENTED, () -> rows.and(decaying(81, 500, 64, power(0.5))));
        add("views of other rows", OVER_AUGMENTED, () -> rows.and(rows.rows(row -> (row + 7) % 500)));
    }

    private void fewRows() {
        add("one row", UNDER_SAMPLED, () -> gaussian(90, 1, 64));
        add("two rows", UNDER_SAMPLED, () -> gaussian(91, 2, 64));
        add("eight rows", UNDER_SAMPLED, () -> gaussian(92, 8, 64));
        add("64 rows of 512", UNDER_SAMPLED, () -> gaussian(93, 64, 512));
        add("isotropic, 256 x 1024", HEALTHY, () -> gaussian(94, 256, 1024));
        add("isotropic, 400 x 8192", HEALTHY, () -> gaussian(95, 400, 8192));
        add("eight rows of rank 1", DIMENSIONAL, () -> ofRank(96, 1, 8, 64));
    }

    static IntToDoubleFunction power(double exponent) {
        return j -> Math.pow(j, -exponent);
    }

    static Rows noisy(Rows rows, double size) {
        return rows.plus(gaussian(1000, rows.count(), rows.width()).scaled(size));
    }

    /// The first 51 % of the rows are zero.
    private static Rows zeros(Rows rows) {
        return rows.each((v, row, j) -> 100 * row < 51 * rows.count() ? 0 : v);
    }

    private static Rows alive(Rows rows, int units) {
        return rows.each((v, row, j) -> j < units ? v : 0);
    }

    /// Scales of columns that differ by a factor of about 1.6 in each direction.
    private static Rows unequal(Rows rows) {
        double[] scales = gaussian(1001, 1, rows.width()).first();
        return rows.each((v, row, j) -> v * Math.exp(0.5 * scales[j]));
    }

    /// Multivariate Student rows, 1000 x 128: Gaussian ones over a common random length.
    private static Rows student(long seed, int degrees) {
        double[] squares = new double[1000];
        var random = Keyed.of(seed, Keyed.name("student"));
        for (int i = 0; i < squares.length * degrees; i++) {
            double g = random.nextGaussian();
            squares[i / degrees] += g * g / degrees;
        }
        return gaussian(seed, 1000, 128).each((v, row, j) -> v / Math.sqrt(squares[row]));
    }

    /// Row i about center i % 10, 1000 x 64, all centers Gaussian.
    private static Rows clusters(long seed, double within) {
        Rows centers = gaussian(seed + 1, 10, 64);
        return gaussian(seed, 1000, 64).each((v, row, j) -> within * v + centers.first()[row % 10 * 64 + j]);
    }

    private static Rows pointed(long seed, java.util.function.IntPredicate isPoint) {
        Rows broad = clusters(seed, 0.7);
        Rows tight = clusters(seed, 0.001);
        return broad.each((v, row, j) -> isPoint.test(row) ? tight.first()[row * 64 + j] : v)
                .labeled(row -> row % 10);
    }
}
