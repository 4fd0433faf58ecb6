package org.fullrank.spectral;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;
import org.fullrank.spectral.Graph.Edge;
import org.fullrank.spectral.SpectralObjective.BarlowTwins;
import org.fullrank.spectral.SpectralObjective.Contrastive;
import org.fullrank.spectral.SpectralObjective.SpectralContrastive;
import org.fullrank.spectral.SpectralObjective.Vicreg;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClosedFormTest {
    private static final ClosedForm VICREG =
            ClosedForm.of(new Vicreg(Chain.BETA, false)).withWidth(4);
    private static final ClosedForm CONTRASTIVE =
            ClosedForm.of(new Contrastive()).withWidth(4);

    private final Scope scope = Scope.open();

    @AfterEach
    void free() {
        scope.close();
    }

    @Test
    void aRingBecomesACircle() {
        Graph ring = Graph.of(
                10,
                IntStream.range(0, 10)
                        .mapToObj(i -> new Edge(i, (i + 1) % 10, 1))
                        .toList());
        SpectralEmbedding z = ClosedForm.of(Vicreg.ofGamma(.3)).withWidth(2).fit(ring);
        assertThat(z.report().lengths()).containsExactly(new double[] {.885410196625, .885410196625}, within(1e-9));
        double[] gram = Tensors.doubles(z.tensor().matmul(z.tensor().t()));
        for (int i = 0; i < 10; i++) {
            assertThat(gram[11 * i]).isCloseTo(2 * .885410196625, within(1e-9)); // radius^2
            double neighbor = gram[10 * i + (i + 1) % 10];
            assertThat(neighbor / gram[11 * i]).isCloseTo(Math.cos(Math.PI / 5), within(1e-9));
        }
    }

    @Test
    void labelsGiveTheirIndicators() {
        Groups labels = Groups.ofLabels(new int[] {0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2});
        SpectralEmbedding vicreg =
                ClosedForm.of(Vicreg.ofGamma(.4)).withWidth(6).fit(labels);
        assertThat(vicreg.report().loss()).isCloseTo(4, within(1e-9));
        assertThat(vicreg.report().lengths()).hasSize(2);
        SpectralEmbedding contrastive = CONTRASTIVE.withWidth(6).fit(labels);
        assertThat(contrastive.report().loss()).isCloseTo(0, within(1e-9));
        assertThat(contrastive.report().lengths()).containsExactly(new double[] {5, 4, 3}, within(1e-9));
        assertThat(contrastive.report().warnings()).contains("3 of 6 dimensions are used: more do not lower the loss");
    }

    @Test
    void theLinearKernelIsTheLinearMap() {
        for (SpectralObjective objective : List.of(
                new Vicreg(.8, true),
                new Contrastive(),
                new SpectralContrastive(),
                new BarlowTwins(false),
                new BarlowTwins(true))) {
            ClosedForm form = ClosedForm.of(objective).withWidth(2);
            SpectralMap linear = form.fit(Chain.graph(), SampleRows.of(Chain.x()), new FeatureMap.Inputs(3));
            SpectralMap kernel = form.fit(
                    Chain.graph(), SampleRows.of(Chain.x()), FeatureMap.Landmarks.of(new Kernel.Linear(), Chain.x()));
            assertThat(kernel.report().loss()).isCloseTo(linear.report().loss(), within(1e-9));
            assertThat(kernel.report().rank()).isEqualTo(3);
            assertThat(gram(kernel, Chain.test())).containsExactly(gram(linear, Chain.test()), within(1e-9));
        }
    }

    @Test
    void vicregDoesNotDependOnTheUnitsOfTheFeatures() {
        SpectralMap plain = linear(1, 0);
        SpectralMap scaled = linear(1e3, 1e6);
        assertThat(scaled.report().loss()).isCloseTo(plain.report().loss(), within(1e-6));
        assertThat(scaled.report().warnings()).isEmpty();
    }

    @Test
    void unitsTooFarApartAreNamed() {
        assertThat(linear(1e7, 0).report().warnings())
                .anyMatch(w -> w.startsWith("the inputs have rank 1 of 3: the others are constant, dependent or"));
    }

    private static SpectralMap linear(double scale, double offset) {
        double[][] x = Chain.inputs();
        for (double[] row : x) {
            row[0] *= scale;
            row[2] += offset;
        }
        return VICREG.withWidth(1).fit(Chain.graph(), SampleRows.of(Tensors.of(x)), new FeatureMap.Inputs(3));
    }

    @Test
    void moreFeaturesThanSamplesReachTheFreeOptimum() {
        Tensor wide = RelationTest.random(Chain.SIZE, 40);
        SpectralMap map = VICREG.fit(Chain.graph(), SampleRows.of(wide), new FeatureMap.Inputs(40));
        assertThat(map.report().warnings()).anyMatch(w -> w.startsWith("the inputs have rank 11 of 40"));
        assertThat(map.report().loss())
                .isCloseTo(VICREG.fit(Chain.graph()).report().loss(), within(1e-9));
        assertThat(map.report().rank()).isEqualTo(Chain.SIZE);
    }

    @Test
    void embeddingsOfUnitVarianceAreLongerByTheRootOfTheirNumber() {
        double[] sums = Tensors.doubles(VICREG.fit(Chain.graph()).tensor());
        double[] unit = Tensors.doubles(ClosedForm.of(new Vicreg(Chain.BETA, true))
                .withWidth(4)
                .fit(Chain.graph())
                .tensor());
        for (int i = 0; i < sums.length; i++) {
            assertThat(Math.abs(unit[i])).isCloseTo(Math.sqrt(12) * Math.abs(sums[i]), within(1e-9));
        }
    }

    @Test
    void centeredContrastiveMapsHaveMeanZero() {
        SpectralMap map = CONTRASTIVE
                .withCentered(true)
                .fit(Chain.graph(), SampleRows.of(Chain.x()), FeatureMap.Landmarks.of(new Kernel.Rbf(1), Chain.x()));
        assertThat(Tensors.doubles(Reductions.means(map.embed(Chain.x()))))
                .containsExactly(new double[4], within(1e-9));
    }

    @Test
    void aTieAtTheLastDimensionIsNamed() {
        Groups pairs = Groups.ofViews(10, 2);
        SpectralReport report =
                ClosedForm.of(new Contrastive()).withWidth(4).fit(pairs).report();
        assertThat(report.gap()).isLessThan(1e-9);
        assertThat(report.warnings()).anyMatch(w -> w.startsWith("the eigenvalues 4 and 5 are equal, 2"));
        assertThat(VICREG.fit(Chain.graph()).report().warnings()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 13})
    void asManyDimensionsAsSamplesAreRefused(int width) {
        refused(() -> VICREG.withWidth(width).fit(Chain.graph()), "dim: found " + width + " for 12 samples");
    }

    @Test
    void aSingularKernelNeedsCenteredFeatures() {
        refused(
                () -> VICREG.withCentered(false)
                        .fit(
                                Chain.graph(),
                                SampleRows.of(Chain.x()),
                                FeatureMap.Landmarks.of(Kernel.of("polynomial:1,2"), Chain.x())),
                "kernel: found a singular matrix of rank 10 for 12 samples");
    }

    @ParameterizedTest
    @ValueSource(strings = {"arc-cosine:0", "ntk"})
    void aVectorOfZerosHasNoAngle(String kernel) {
        double[][] x = Chain.inputs();
        Arrays.fill(x[7], 0);
        refused(
                () -> fit(x, Kernel.of(kernel)),
                "kernel " + kernel + ": found a vector of zeros in row 7, which has no angle");
        assertThat(fit(x, Kernel.of("arc-cosine:1")).report().rank()).isEqualTo(11);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY})
    void valuesThatAreNotFiniteAreRefused(double wrong) {
        double[][] x = Chain.inputs();
        x[5][1] = wrong;
        refused(
                () -> VICREG.fit(Chain.graph(), SampleRows.of(Tensors.of(x)), new FeatureMap.Inputs(3)),
                "samples: found a value that is not finite in row 5");
    }

    /// Samples are read group by group, so that places in a block are not those among all samples.
    @Test
    void aWrongRowIsNamedByItsNumberAmongAllSamples() {
        double[][] x = Chain.inputs();
        Groups odd =
                Groups.ofLabels(IntStream.range(0, Chain.SIZE).map(i -> i % 2).toArray());
        x[7][0] = Double.NaN;
        refused(
                () -> VICREG.fit(odd, SampleRows.of(Tensors.of(x)), new FeatureMap.Inputs(3)),
                "samples: found a value that is not finite in row 7");
        refused(
                () -> LandmarkChoice.UNIFORM.choose(new Kernel.Ntk(), SampleRows.of(Tensors.of(x)), 11, 3),
                "samples: found a value that is not finite in row 7");
        Arrays.fill(x[7], 0);
        refused(
                () -> VICREG.fit(
                        odd, SampleRows.of(Tensors.of(x)), FeatureMap.Landmarks.of(new Kernel.Ntk(), Chain.x())),
                "kernel ntk: found a vector of zeros in row 7");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1e-12, 1, Double.NaN})
    void aRankCutThatWouldKeepRoundingIsRefused(double cut) {
        refused(() -> VICREG.withRankCut(cut), "rankCut: found " + cut + ", expected 1.0E-10 up to 1");
    }

    @Test
    void aSampleWithoutWeightIsRefusedWhereItNeedsOne() {
        Graph graph = Graph.of(4, List.of(new Edge(0, 1, 1), new Edge(1, 2, 1)));
        refused(
                () -> ClosedForm.of(new SpectralContrastive()).withWidth(2).fit(graph),
                "relation: found 1 samples without a related one");
        refused(() -> ClosedForm.of(BarlowTwins.defaults()).withWidth(2).fit(graph), "barlow-twins: found no features");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, .7, 3e5})
    void samplesThatAreAllAlikeAreRefused(double value) {
        double[][] x = new double[Chain.SIZE][3];
        for (double[] row : x) {
            Arrays.fill(row, value);
        }
        for (ClosedForm form :
                List.of(VICREG, ClosedForm.of(BarlowTwins.defaults()).withWidth(2))) {
            refused(
                    () -> form.fit(Chain.graph(), SampleRows.of(Tensors.of(x)), new FeatureMap.Inputs(3)),
                    "samples: found features that are " + (value == 0 ? "all 0" : "alike for all samples"));
        }
    }

    @Test
    void anInvarianceThatLeavesNothingIsRefused() {
        Groups one = Groups.ofLabels(new int[6]);
        refused(() -> ClosedForm.of(Vicreg.ofGamma(2)).withWidth(2).fit(one), "spectral: found no dimension to keep");
    }

    @Test
    void rowsOfAnotherWidthAreRefused() {
        SpectralMap map = fit(Chain.inputs(), new Kernel.Rbf(1));
        refused(() -> map.embed(RelationTest.random(2, 5)), "samples: found 5 values in a row, expected 3");
        refused(
                () -> VICREG.fit(Chain.graph(), SampleRows.of(RelationTest.random(5, 3)), new FeatureMap.Inputs(3)),
                "samples: found 5 rows, expected 12 as in the relation");
    }

    private static SpectralMap fit(double[][] x, Kernel kernel) {
        Tensor rows = Tensors.of(x);
        return VICREG.fit(Chain.graph(), SampleRows.of(rows), FeatureMap.Landmarks.of(kernel, rows));
    }

    private static double[] gram(SpectralMap map, Tensor rows) {
        return Tensors.doubles(map.gram(rows, rows));
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(e).message().doesNotContain("\n"));
    }
}
