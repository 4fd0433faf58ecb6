package org.fullrank.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class OrthogonalUpdateTest {
    private static final double DENSE = 1e-11;

    /// Sizes in which the space of both factors is a part, all, or more than all; small and large changes.
    @ParameterizedTest
    @CsvSource({"1, 1, 0.5", "2, 1, 0.3", "5, 2, 0.1", "6, 3, 0.2", "5, 4, 0.3", "4, 4, 0.4", "30, 4, 0.05", "9, 2, 3"})
    void bothUpdatesEqualTheirDenseDefinitions(int n, int k, double size) {
        try (var scope = Scope.open()) {
            var random = Keyed.of(3, n, k);
            Tensor u = Orthogonal.random(n, random);
            LowRank change = gaussian(n, k, size, random);
            SimpleMatrix dense = matrix(u);
            SimpleMatrix g = matrix(change.a()).mult(matrix(change.b()).transpose());
            close(moved(OrthogonalUpdate.GEODESIC, u, change), geodesic(dense, g));
            SimpleMatrix sum = dense.plus(g);
            if (sum.determinant() * dense.determinant() > 0) {
                close(moved(OrthogonalUpdate.PROJECTION, u, change), polar(sum));
            }
        }
    }

    /// The rows 0 and 3 as numpy and scipy computed them from the definitions.
    @Test
    void theUpdatesHaveTheirReferenceValues() {
        try (var scope = Scope.open()) {
            Tensor u = rotation(4, 0, 1, 0.5).matmul(rotation(4, 1, 2, 1.1)).matmul(rotation(4, 2, 3, 0.5));
            LowRank one = new LowRank(column(i -> 0.2 * Math.sin(1 + i)), column(i -> Math.cos(0.5 * i)));
            LowRank two = new LowRank(
                    torch.hstack(vector(one.a(), column(i -> 0.1 * Math.cos(2 + i)))),
                    torch.hstack(vector(one.b(), column(i -> Math.sin(0.3 + i)))));
            double[] d = moved(OrthogonalUpdate.PROJECTION, u, one);
            double[] t = moved(OrthogonalUpdate.GEODESIC, u, one);
            rows(d, 0, .853407563322, -.179744926050, .463371384100, -.157080402411);
            rows(d, 3, -.098093828293, -.070847600288, .452660239188, .883434732305);
            rows(t, 0, .849613294103, -.175949046408, .473589608871, -.151367321179);
            rows(t, 3, -.109054354967, -.079429515763, .448523391848, .883529776891);
            rows(
                    moved(OrthogonalUpdate.PROJECTION, u, two),
                    0,
                    .863429814655,
                    -.177420503545,
                    .446070002882,
                    -.155024103339);
            rows(
                    moved(OrthogonalUpdate.GEODESIC, u, two),
                    0,
                    .861957323733,
                    -.176664533876,
                    .450834180189,
                    -.150225685241);
        }
    }

    @ParameterizedTest
    @EnumSource(OrthogonalUpdate.class)
    void aUnitaryMatrixMovesAsItsRealFormDoes(OrthogonalUpdate update) {
        try (var scope = Scope.open()) {
            var random = Keyed.of(5);
            Tensor u = Orthogonal.randomUnitary(6, random);
            LowRank change = new LowRank(
                    Orthogonal.complexGaussian(6, 2, random).mul(Tensors.scalar(0.2)),
                    Orthogonal.complexGaussian(6, 2, random));
            SimpleMatrix dense = realForm(u);
            SimpleMatrix g = realForm(change.product());
            update.apply(u, change);
            SimpleMatrix expected = update == OrthogonalUpdate.PROJECTION ? polar(dense.plus(g)) : geodesic(dense, g);
            assertThat(realForm(u).getDDRM().getData())
                    .containsExactly(expected.getDDRM().getData(), within(DENSE));
            assertThat(Orthogonal.error(u)).isLessThan(1e-14);
        }
    }

    @ParameterizedTest
    @EnumSource(OrthogonalUpdate.class)
    void threeThousandStepsStayOrthogonalAndKeepTheDeterminant(OrthogonalUpdate update) {
        for (ScalarType type : new ScalarType[] {ScalarType.Double, ScalarType.Float}) {
            try (var scope = Scope.open()) {
                Tensor u = Orthogonal.random(24, Keyed.of(7)).to(type);
                int sign = Orthogonal.sign(u);
                for (int step = 0; step < 3000; step++) {
                    try (var inner = Scope.open()) {
                        LowRank change = gaussian(24, 1 + step % 3, 0.05, Keyed.of(8, step));
                        update.apply(
                                u, new LowRank(change.a().to(type), change.b().to(type)));
                    }
                }
                assertThat(Orthogonal.error(u)).isLessThan(type == ScalarType.Double ? 1e-12 : 1e-4);
                assertThat(Orthogonal.sign(u)).isEqualTo(sign);
            }
        }
    }

    /// The polar factor of U + G would be a reflection of U.
    @Test
    void aProjectionBeyondASingularMatrixIsTheNearestWithTheSameDeterminant() {
        try (var scope = Scope.open()) {
            Tensor u = Orthogonal.random(7, Keyed.of(9));
            Tensor a = u.narrow(1, 0, 1).mul(Tensors.scalar(-1.5));
            Tensor b = Tensors.of(new double[] {1, 0, 0, 0, 0, 0, 0}, 7, 1);
            SimpleMatrix sum = matrix(u).plus(matrix(a).mult(matrix(b).transpose()));
            assertThat(sum.determinant() * matrix(u).determinant()).isNegative();
            var svd = sum.svd();
            SimpleMatrix flip = SimpleMatrix.identity(7);
            flip.set(6, 6, -1);
            close(
                    moved(OrthogonalUpdate.PROJECTION, u, new LowRank(a, b)),
                    svd.getU().mult(flip).mult(svd.getV().transpose()));
        }
    }

    @ParameterizedTest
    @EnumSource(OrthogonalUpdate.class)
    void noChangeMovesNothing(OrthogonalUpdate update) {
        try (var scope = Scope.open()) {
            Tensor u = Orthogonal.random(9, Keyed.of(10));
            LowRank change = gaussian(9, 2, 1, Keyed.of(11));
            double[] before = Tensors.doubles(u);
            assertThat(moved(update, u, change.times(0))).containsExactly(before, within(1e-15));
            assertThat(moved(update, u, new LowRank(change.a(), change.b().mul(Tensors.scalar(0)))))
                    .containsExactly(before, within(1e-15));
        }
    }

    /// U^H a is parallel to b, and columns are repeated: the basis of both has fewer dimensions than columns.
    @ParameterizedTest
    @EnumSource(OrthogonalUpdate.class)
    void factorsMayBeDependent(OrthogonalUpdate update) {
        try (var scope = Scope.open()) {
            Tensor u = Orthogonal.random(8, Keyed.of(12));
            Tensor b = gaussian(8, 1, 0.3, Keyed.of(13)).b();
            LowRank one = new LowRank(u.matmul(b).mul(Tensors.scalar(0.2)), b);
            LowRank twice = new LowRank(
                    torch.hstack(vector(one.a(), one.a())).mul(Tensors.scalar(0.5)), torch.hstack(vector(b, b)));
            double[] moved = moved(update, u, one);
            assertThat(moved(update, u, twice)).containsExactly(moved, within(1e-14));
            if (update == OrthogonalUpdate.GEODESIC) {
                assertThat(moved).containsExactly(Tensors.doubles(u), within(1e-15)); // nothing is tangent
            }
        }
    }

    /// One of the changes goes beyond a singular matrix, so that the signs of the stack differ.
    @ParameterizedTest
    @EnumSource(OrthogonalUpdate.class)
    void aStackMovesAsItsMatricesDo(OrthogonalUpdate update) {
        try (var scope = Scope.open()) {
            var random = Keyed.of(21);
            Tensor real = stack(i -> Orthogonal.random(5, random));
            Tensor a = stack(i -> Orthogonal.gaussian(5, 2, random).mul(Tensors.scalar(i == 1 ? 3 : 0.2)));
            Tensor b = stack(i -> Orthogonal.gaussian(5, 2, random));
            movesAsItsMatricesDo(update, real, new LowRank(a, b));
            Tensor complex = stack(i -> Orthogonal.randomUnitary(5, random));
            Tensor c = stack(i -> Orthogonal.complexGaussian(5, 2, random));
            movesAsItsMatricesDo(update, complex, new LowRank(c, c.mul(Tensors.scalar(0.3))));
            refused(
                    () -> update.apply(real, new LowRank(a.narrow(0, 0, 2), b.narrow(0, 0, 2))),
                    "of a matrix [4, 5, 5]");
            refused(() -> update.apply(real, new LowRank(a.select(0, 0), b.select(0, 0))), "of a matrix [4, 5, 5]");
        }
    }

    private static void movesAsItsMatricesDo(OrthogonalUpdate update, Tensor stack, LowRank change) {
        Tensor expected = stack.clone();
        for (int i = 0; i < 4; i++) {
            update.apply(
                    expected.select(0, i),
                    new LowRank(change.a().select(0, i), change.b().select(0, i)));
        }
        assertThat(Tensors.value(expected.sub(stack).abs().min())).isPositive();
        update.apply(stack, change);
        assertThat(Tensors.value(expected.sub(stack).abs().max())).isLessThan(1e-14);
        assertThat(Orthogonal.error(stack)).isLessThan(1e-14);
    }

    private static Tensor stack(IntFunction<Tensor> matrix) {
        var matrices = new org.bytedeco.pytorch.TensorVector();
        for (int i = 0; i < 4; i++) {
            matrices.push_back(matrix.apply(i));
        }
        return torch.stack(matrices);
    }

    /// A part of a larger vector, as the parameters of a network are.
    @Test
    void aViewIsMovedInPlace() {
        try (var scope = Scope.open()) {
            Tensor all = Tensors.of(new double[40], 40);
            Tensor u = all.narrow(0, 4, 25).view(5, 5);
            u.copy_(Orthogonal.random(5, Keyed.of(14)));
            LowRank change = gaussian(5, 1, 0.5, Keyed.of(15));
            double[] expected = moved(OrthogonalUpdate.PROJECTION, u, change);
            OrthogonalUpdate.PROJECTION.apply(u, change);
            assertThat(Arrays.copyOfRange(Tensors.doubles(all), 4, 29)).containsExactly(expected);
            assertThat(Tensors.doubles(all)).startsWith(0, 0, 0, 0).endsWith(0, 0, 0, 0);
        }
    }

    @ParameterizedTest
    @EnumSource(OrthogonalUpdate.class)
    void aNumberThatIsNotFiniteIsRefusedAndNothingMoves(OrthogonalUpdate update) {
        try (var scope = Scope.open()) {
            Tensor u = Orthogonal.random(3, Keyed.of(16));
            double[] before = Tensors.doubles(u);
            LowRank change = gaussian(3, 1, 1, Keyed.of(17));
            for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
                LowRank wrong = new LowRank(Tensors.of(new double[] {1, bad, 1}, 3, 1), change.b());
                refused(() -> update.apply(u, wrong), "not finite");
                refused(() -> update.apply(u, new LowRank(wrong.b(), wrong.a())), "not finite");
            }
            assertThat(Tensors.doubles(u)).containsExactly(before);
            Tensor nan = Tensors.of(new double[] {Double.NaN, 0, 0, 0, 1, 0, 0, 0, 1}, 3, 3);
            refused(() -> update.apply(nan, change), "not finite");
        }
    }

    @Test
    void shapesAndTypesThatDoNotFitAreRefused() {
        try (var scope = Scope.open()) {
            LowRank change = gaussian(3, 1, 1, Keyed.of(18));
            Tensor wide = Tensors.of(new double[6], 2, 3);
            refused(() -> OrthogonalUpdate.GEODESIC.apply(wide, change), "[2, 3] Double, expected a square matrix");
            Tensor four = Orthogonal.random(4, Keyed.of(19));
            refused(() -> OrthogonalUpdate.GEODESIC.apply(four, change), "[3, 1] Double of a matrix [4, 4] Double");
            Tensor single = Orthogonal.random(3, Keyed.of(20)).to(ScalarType.Float);
            refused(() -> OrthogonalUpdate.GEODESIC.apply(single, change), "one type");
            refused(() -> new LowRank(wide.t(), change.b()), "[3, 2] Double and [3, 1] Double");
            refused(() -> new LowRank(wide, wide), "rank 3 of a matrix with 2 rows, expected 1 to 2");
        }
    }

    private static void refused(ThrowingCallable work, String words) {
        assertThatThrownBy(work)
                .isInstanceOf(InputException.class)
                .message()
                .contains(words, "expected")
                .doesNotContain("\n");
    }

    private static double[] moved(OrthogonalUpdate update, Tensor u, LowRank change) {
        try (var scope = Scope.open()) {
            Tensor copy = u.clone();
            update.apply(copy, change);
            return Tensors.doubles(copy);
        }
    }

    private static LowRank gaussian(int n, int k, double size, Keyed random) {
        return new LowRank(
                Orthogonal.gaussian(n, k, random).mul(Tensors.scalar(size)), Orthogonal.gaussian(n, k, random));
    }

    private static org.bytedeco.pytorch.TensorVector vector(Tensor a, Tensor b) {
        return new org.bytedeco.pytorch.TensorVector(a, b);
    }

    private static Tensor column(IntToDoubleFunction f) {
        double[] values = new double[4];
        Arrays.setAll(values, f::applyAsDouble);
        return Tensors.of(values, 4, 1);
    }

    private static Tensor rotation(int n, int p, int q, double angle) {
        SimpleMatrix r = SimpleMatrix.identity(n);
        r.set(p, p, Math.cos(angle));
        r.set(q, q, Math.cos(angle));
        r.set(p, q, -Math.sin(angle));
        r.set(q, p, Math.sin(angle));
        return Tensors.of(r.getDDRM().getData(), n, n);
    }

    private static void rows(double[] matrix, int row, double... expected) {
        assertThat(Arrays.copyOfRange(matrix, 4 * row, 4 * row + 4)).containsExactly(expected, within(2e-12));
    }

    private static void close(double[] found, SimpleMatrix expected) {
        assertThat(found).containsExactly(expected.getDDRM().getData(), within(DENSE));
    }

    static SimpleMatrix matrix(Tensor t) {
        return new SimpleMatrix((int) t.size(0), (int) t.size(1), true, Tensors.doubles(t));
    }

    /// A complex matrix `A + iB` as the real matrix `[[A, -B], [B, A]]`, whose products, inverses and adjoints
    /// correspond.
    private static SimpleMatrix realForm(Tensor t) {
        Tensor parts = torch.view_as_real(t.resolve_conj());
        SimpleMatrix a = matrix(parts.select(2, 0));
        SimpleMatrix b = matrix(parts.select(2, 1));
        return a.concatColumns(b.scale(-1)).concatRows(b.concatColumns(a));
    }

    /// Newton's iteration for the polar factor (Higham 1986).
    private static SimpleMatrix polar(SimpleMatrix a) {
        SimpleMatrix x = a;
        for (int i = 0; i < 60; i++) {
            x = x.plus(x.invert().transpose()).scale(0.5);
        }
        return x;
    }

    private static SimpleMatrix geodesic(SimpleMatrix u, SimpleMatrix g) {
        SimpleMatrix half = u.transpose().mult(g).scale(0.5);
        return u.mult(exponential(half.minus(half.transpose())));
    }

    /// The power series of a part of the matrix, squared as often as the part was halved.
    private static SimpleMatrix exponential(SimpleMatrix s) {
        int halvings = Math.max(0, 4 + Math.getExponent(s.normF() + 1e-300));
        SimpleMatrix part = s.scale(Math.scalb(1.0, -halvings));
        SimpleMatrix sum = SimpleMatrix.identity(s.getNumRows());
        SimpleMatrix term = sum;
        for (int i = 1; i < 30; i++) {
            term = term.mult(part).scale(1.0 / i);
            sum = sum.plus(term);
        }
        for (int i = 0; i < halvings; i++) {
            sum = sum.mult(sum);
        }
        return sum;
    }
}
