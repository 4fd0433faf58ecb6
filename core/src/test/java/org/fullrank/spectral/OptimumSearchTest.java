package org.fullrank.spectral;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.spectral.OptimumDistance.Mode;
import org.fullrank.spectral.OptimumDistance.Optimum;
import org.fullrank.spectral.OptimumSearch.Reach;
import org.fullrank.spectral.SpectralObjective.BarlowTwins;
import org.fullrank.spectral.SpectralObjective.Contrastive;
import org.fullrank.spectral.SpectralObjective.SpectralContrastive;
import org.fullrank.spectral.SpectralObjective.Vicreg;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OptimumSearchTest {
    private static final Vicreg VICREG = new Vicreg(Chain.BETA, true);
    private static final int WIDTH = Chain.WIDTH;

    private final Scope scope = Scope.open();

    @AfterEach
    void free() {
        scope.close();
    }

    static Stream<SpectralObjective> objectives() {
        return Stream.of(
                VICREG,
                new Vicreg(Chain.BETA, false),
                new Contrastive(),
                new SpectralContrastive(),
                new BarlowTwins(true));
    }

    private static Tensor planted(SpectralObjective objective, Relation relation) {
        return ClosedForm.of(objective).withWidth(WIDTH).fit(relation).tensor();
    }

    private static OptimumDistance distance(SpectralObjective objective, Relation relation, Tensor z, Reach... more) {
        List<Reach> reaches =
                Stream.concat(Stream.of(Reach.all()), Arrays.stream(more)).toList();
        return OptimumSearch.of(objective, relation, z, false, reaches);
    }

    private static void assertOptimal(OptimumDistance distance) {
        for (Optimum optimum : distance.optima()) {
            assertThat(distance.gap(optimum)).isCloseTo(0, within(1e-8));
            assertThat(optimum.angles()).hasSize(WIDTH).containsOnly(new double[WIDTH], within(1e-8));
            assertThat(optimum.kept())
                    .hasSize(WIDTH)
                    .allSatisfy(mode -> assertThat(mode.spanned()).isCloseTo(1, within(1e-8)));
            assertThat(optimum.missing()).isEmpty();
            assertThat(optimum.extra()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("objectives")
    void thePlantedOptimumHasNoGap(SpectralObjective objective) {
        for (Relation relation : List.of(Chain.graph(), Groups.ofViews(8, 3))) {
            assertOptimal(distance(objective, relation, planted(objective, relation)));
        }
    }

    @ParameterizedTest
    @MethodSource("objectives")
    void aRotationChangesNothing(SpectralObjective objective) {
        Tensor z = RelationTest.random(Chain.SIZE, WIDTH);
        Tensor rotation = torch.linalg_qr(RelationTest.random(WIDTH, WIDTH)).get0();
        OptimumDistance plain = distance(objective, Chain.graph(), z);
        OptimumDistance turned = distance(objective, Chain.graph(), z.matmul(rotation));
        assertThat(turned.loss()).isCloseTo(plain.loss(), within(1e-10));
        assertThat(turned.optima().getFirst().angles())
                .containsExactly(plain.optima().getFirst().angles(), within(1e-8));
        assertThat(plain.optima().getFirst().angles()[0]).isGreaterThan(1);
        assertOptimal(distance(
                objective, Chain.graph(), planted(objective, Chain.graph()).matmul(rotation)));
    }

    /// Of vicreg, each mode lowers the loss by the square of its length.
    @Test
    void aDroppedModeIsNamed() {
        Tensor z = planted(VICREG, Chain.graph());
        z.narrow(1, 2, 1).mul_(Tensors.scalar(0));
        OptimumDistance distance = distance(VICREG, Chain.graph(), z);
        Optimum optimum = distance.optima().getFirst();
        assertThat(distance.rank()).isEqualTo(WIDTH - 1);
        assertThat(optimum.missing()).extracting(Mode::number).containsExactly(3);
        Mode missing = optimum.missing().getFirst();
        assertThat(missing.graph()).isCloseTo(.2560, within(1e-4)); // the third eigenvalue above 0
        assertThat(missing.length()).isCloseTo(.897612, within(1e-6));
        assertThat(missing.spanned()).isCloseTo(0, within(1e-12));
        assertThat(distance.gap(optimum)).isCloseTo(missing.length() * missing.length(), within(1e-10));
    }

    @Test
    void aModeThatTheOptimumDropsIsNamed() {
        Vicreg strong = Vicreg.ofGamma(1); // keeps the five modes whose graph eigenvalue is below 1
        OptimumDistance all = OptimumSearch.of(
                strong,
                Chain.graph(),
                torch.eye(Chain.SIZE, Chain.x().options()).narrow(1, 0, 11),
                false,
                List.of(Reach.all()));
        assertThat(all.optima().getFirst().kept()).hasSize(5);
        assertThat(all.optima().getFirst().extra()).extracting(Mode::number).containsExactly(6, 7, 8, 9, 10, 11);
        assertThat(all.optima().getFirst().extra().getFirst().graph()).isCloseTo(2, within(1e-9));
        assertThat(all.optima().getFirst().extra().getLast().graph()).isCloseTo(2.7058, within(1e-4));
    }

    /// All embeddings whose views agree are as good, so none of them may have a gap.
    @Test
    void equalEigenvaluesAllowAnyOfTheirModes() {
        int items = 9;
        Tensor perItem = RelationTest.random(items, WIDTH);
        Tensor centered = perItem.sub(perItem.mean(0));
        Tensor unit = torch.linalg_qr(centered).get0(); // orthonormal, mean 0
        var twice = new TensorVector();
        twice.push_back(unit);
        twice.push_back(unit);
        Tensor z = torch.stack(twice, 1).flatten(0, 1).mul(Tensors.scalar(Math.sqrt(items))); // variance 1
        assertOptimal(distance(Vicreg.ofGamma(.3), Groups.ofViews(items, 2), z));
    }

    @Test
    void theBestScaleIsUsedIfItIsFree() {
        Tensor z = planted(new Contrastive(), Chain.graph()).mul(Tensors.scalar(4));
        OptimumDistance fixed = distance(new Contrastive(), Chain.graph(), z);
        assertThat(fixed.scale()).isEqualTo(1);
        assertThat(fixed.gap(fixed.optima().getFirst())).isGreaterThan(100);
        OptimumDistance free = OptimumSearch.of(new Contrastive(), Chain.graph(), z, true, List.of(Reach.all()));
        assertThat(free.scale()).isCloseTo(.25, within(1e-10));
        assertOptimal(free);
    }

    @Test
    void whiteningIgnoresTheScaleOfEachColumn() {
        Tensor z = planted(new BarlowTwins(true), Chain.graph()).mul(Tensors.of(new double[] {.1, 5, 1, 3}, 1, WIDTH));
        OptimumDistance distance = distance(new BarlowTwins(true), Chain.graph(), z);
        assertThat(distance.scale()).isNaN();
        assertOptimal(distance);
    }

    @ParameterizedTest
    @MethodSource("objectives")
    void theMinimaAreThoseOfTheFits(SpectralObjective objective) {
        ClosedForm form = ClosedForm.of(objective).withWidth(2);
        Tensor x = Chain.x();
        Kernel kernel = new Kernel.Rbf(1);
        OptimumDistance distance = distance(
                objective,
                Chain.graph(),
                RelationTest.random(Chain.SIZE, 2),
                Reach.linear("x", x),
                Reach.kernel("x", kernel, x, ClosedForm.DEFAULT_RANK_CUT));
        double linear = form.fit(Chain.graph(), SampleRows.of(x), new FeatureMap.Inputs(3))
                .report()
                .loss();
        double any = form.fit(Chain.graph()).report().loss();
        assertThat(distance.optima())
                .extracting(Optimum::minimum)
                .usingComparatorForType((a, b) -> Math.abs(a - b) < 1e-9 ? 0 : Double.compare(a, b), Double.class)
                .containsExactly(any, linear, any);
        assertThat(distance.optima()).allSatisfy(o -> assertThat(o.minimum()).isLessThan(distance.loss()));
    }

    @Test
    void aConstantEmbeddingLacksEveryMode() {
        Tensor z = torch.ones(new long[] {Chain.SIZE, WIDTH}, Chain.x().options());
        OptimumDistance distance = distance(VICREG, Chain.graph(), z);
        assertThat(distance.rank()).isZero();
        assertThat(distance.loss()).isCloseTo(WIDTH, within(1e-10));
        assertThat(distance.optima().getFirst().angles()).isEmpty();
        assertThat(distance.optima().getFirst().missing()).hasSize(WIDTH);
    }

    /// Rounding errors of equal features are not directions.
    @ParameterizedTest
    @MethodSource("objectives")
    void featuresThatAreAlikeHaveNoMode(SpectralObjective objective) {
        Tensor same = torch.ones(new long[] {Chain.SIZE, 3}, Chain.x().options());
        Tensor nearly = same.add(RelationTest.random(Chain.SIZE, 3).mul(Tensors.scalar(1e-8)));
        OptimumDistance distance = distance(
                objective,
                Chain.graph(),
                RelationTest.random(Chain.SIZE, 2),
                Reach.linear("same", same),
                Reach.linear("nearly", nearly),
                Reach.kernel("kernel", new Kernel.Rbf(1), same, 1e-3));
        assertThat(OptimumSearch.areAlike(nearly)).isTrue();
        assertThat(OptimumSearch.areAlike(Chain.x())).isFalse();
        assertThat(distance.optima().subList(1, 4)).allSatisfy(optimum -> {
            assertThat(optimum.directions()).isEqualTo(objective.ignoresMean() ? 0 : 1); // the mean
            assertThat(optimum.extra()).isEmpty();
            assertThat(optimum.minimum())
                    .isGreaterThan(distance.optima().getFirst().minimum());
        });
    }

    @Test
    void theMedianOfTwoAnglesIsTheirMean() {
        var optimum = new Optimum("any", 2, 0, 1, new double[] {1, 5}, List.of());
        assertThat(optimum.medianAngle()).isEqualTo(3);
        assertThat(new Optimum("any", 2, 0, 1, new double[0], List.of()).medianAngle())
                .isNaN();
    }

    @Test
    void wideEmbeddingsMayHaveMoreRows() {
        assertThat(OptimumSearch.mostRows(2047)).isEqualTo(2048);
        assertThat(OptimumSearch.mostRows(2048)).isEqualTo(4096);
        assertThatCode(() -> OptimumSearch.requireShape(4000, 2048)).doesNotThrowAnyException();
        assertThatThrownBy(() -> OptimumSearch.requireShape(4096, 4096))
                .hasMessage("embedding: found 4096 dimensions, expected fewer than 4096, the largest number of rows,"
                        + " because more rows than dimensions make the optimum unique; use a run with a narrower"
                        + " embedding");
    }

    @Test
    void aLinearNetworkApproachesItsOptimum() {
        Tensor x = Chain.x();
        Tensor laplacian = torch.eye(Chain.SIZE, x.options())
                .mul(Tensors.of(Chain.graph().degrees(), Chain.SIZE, 1))
                .sub(Chain.graph().times(torch.eye(Chain.SIZE, x.options())));
        Tensor w = RelationTest.random(3, 2).mul(Tensors.scalar(.3)).requires_grad_(true);
        double last = Double.MAX_VALUE;
        for (int round = 0; round < 4; round++) {
            double gap = linearGap(x, w);
            assertThat(gap).isBetween(-1e-10, last / 2);
            last = gap;
            for (int step = 0; step < 300; step++) {
                descend(x, laplacian, w);
            }
        }
        assertThat(linearGap(x, w)).isCloseTo(0, within(1e-8));
        Optimum optimum = distance(VICREG, Chain.graph(), x.matmul(w.detach()), Reach.linear("x", x))
                .optima()
                .getLast();
        assertThat(optimum.largestAngle()).isLessThan(.01);
        assertThat(optimum.inside()).isCloseTo(1, within(1e-8));
    }

    private static double linearGap(Tensor x, Tensor w) {
        OptimumDistance distance = distance(VICREG, Chain.graph(), x.matmul(w.detach()), Reach.linear("x", x));
        return distance.gap(distance.optima().getLast());
    }

    /// One step on `|Cov(Z) - I|^2 + beta tr(Z' L Z) / N` for `Z = X W`.
    private static void descend(Tensor x, Tensor laplacian, Tensor w) {
        try (var step = Scope.open()) {
            Tensor z = x.matmul(w);
            Tensor centered = z.sub(z.mean(0));
            Tensor rest = centered.t()
                    .matmul(centered)
                    .div(Tensors.scalar(Chain.SIZE))
                    .sub(torch.eye(2, x.options()));
            Tensor energy = z.mul(laplacian.matmul(z)).sum().mul(Tensors.scalar(Chain.BETA / Chain.SIZE));
            rest.mul(rest).sum().add(energy).backward();
            try (var off = Scope.withoutGradients()) {
                w.sub_(w.grad().mul(Tensors.scalar(.1)));
                w.mutable_grad().zero_();
            }
        }
    }

    @Test
    void fewerRowsThanDimensionsAreRefused() {
        assertThatThrownBy(() -> distance(VICREG, Chain.graph(), RelationTest.random(Chain.SIZE, Chain.SIZE)))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(
                        "embedding: found 12 dimensions for 12 rows, expected fewer dimensions than rows");
        assertThatThrownBy(() -> distance(VICREG, Chain.graph(), RelationTest.random(3, 2)))
                .hasMessageStartingWith("embedding: found 3 rows, expected 12");
        assertThatThrownBy(() -> distance(
                        VICREG,
                        Groups.ofViews(OptimumSearch.MOST_ROWS, 2),
                        RelationTest.random(2 * OptimumSearch.MOST_ROWS, 2)))
                .hasMessageStartingWith("embedding: found 4096 rows, expected at most 2048");
        Tensor z = RelationTest.random(Chain.SIZE, 2);
        z.narrow(0, 3, 1).mul_(Tensors.scalar(Double.NaN));
        assertThatThrownBy(() -> distance(VICREG, Chain.graph(), z)).hasMessageContaining("not finite");
    }
}
