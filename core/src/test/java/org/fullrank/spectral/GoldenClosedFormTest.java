package org.fullrank.spectral;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.spectral.SpectralObjective.BarlowTwins;
import org.fullrank.spectral.SpectralObjective.Contrastive;
import org.fullrank.spectral.SpectralObjective.SpectralContrastive;
import org.fullrank.spectral.SpectralObjective.Vicreg;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Values computed once with numpy in double precision, independent of this code.
class GoldenClosedFormTest {
    private static final Vicreg VICREG = new Vicreg(Chain.BETA, false);

    private final Scope scope = Scope.open();

    @AfterEach
    void free() {
        scope.close();
    }

    @Test
    void freeVicregHasTheKnownOptimum() {
        SpectralEmbedding z = ClosedForm.of(VICREG).withWidth(4).fit(Chain.graph());
        near(z.report().loss(), .5962663038277181, 1e-9);
        assertThat(z.report().lengths())
                .containsExactly(new double[] {.984246, .944475, .897612, .858634}, within(1e-6));
        double[] gram = gram(z.tensor());
        assertThat(Arrays.copyOf(gram, 3))
                .containsExactly(new double[] {.321854304050, .373953745863, .012045285716}, within(1e-7));
        near(Tensors.value(z.tensor().mul(z.tensor()).sum()), 3.684967476212, 1e-7);
    }

    @Test
    void freeContrastiveHasTheKnownOptimum() {
        SpectralEmbedding z = ClosedForm.of(new Contrastive()).withWidth(4).fit(Chain.graph());
        near(z.report().loss(), 6.695492336742888, 1e-9);
        assertThat(z.report().lengths())
                .containsExactly(
                        new double[] {2.306175326289, 2.204389831609, 2.068982003736, 1.935469443363}, within(1e-9));
        assertThat(Arrays.copyOf(gram(z.tensor()), 3))
                .containsExactly(new double[] {.851035646313, .791615956840, .449274115450}, within(1e-7));
    }

    @ParameterizedTest
    @CsvSource({".1,1.348520587512,8", ".4,3.807818519902,8", ".45,3.986371366738,8", "1,5.020263889308,5"})
    void largerInvarianceDropsModes(double gamma, double loss, int rank) {
        SpectralReport report = ClosedForm.of(Vicreg.ofGamma(gamma))
                .withWidth(8)
                .fit(Chain.graph())
                .report();
        near(report.loss(), loss, 1e-9);
        assertThat(report.lengths()).hasSize(rank);
        near(8 - Arrays.stream(report.lengths()).map(l -> l * l).sum(), loss, 1e-9);
    }

    @Test
    void spectralContrastiveHasTheKnownOptimum() {
        SpectralEmbedding z =
                ClosedForm.of(new SpectralContrastive()).withWidth(4).fit(Chain.graph());
        near(z.report().loss(), -3.329803496035, 1e-9);
        assertThat(z.report().lengths())
                .containsExactly(new double[] {1, .967171193192, .883613392589, .783333103814}, within(1e-9));
        assertThat(Arrays.copyOf(gram(z.tensor()), 3))
                .containsExactly(new double[] {4.794380026262, 5.223662824239, 1.784495604891}, within(1e-7));
    }

    @Test
    void linearVicregHasTheKnownMap() {
        SpectralMap map = linear(ClosedForm.of(Vicreg.ofGamma(.4)).withWidth(2));
        near(map.report().loss(), .627804635402, 1e-9);
        double[] squares = mapGram(map);
        double[] expected = {
            3.120656034817, .659547482171, 1.295040193468,
            .659547482171, .989604437630, -.262410800293,
            1.295040193468, -.262410800293, .875486851156
        };
        assertThat(squares).containsExactly(expected, within(1e-7));
        double[] eigenvalues =
                Arrays.stream(map.report().eigenvalues()).map(l -> (1 - l) / .4).toArray();
        assertThat(eigenvalues)
                .containsExactly(new double[] {.298450677588, .568834132001, 1.063250117178}, within(1e-9));
    }

    @Test
    void linearContrastiveHasTheKnownMap() {
        SpectralMap map = linear(ClosedForm.of(new Contrastive()).withWidth(2));
        near(map.report().loss(), 18.410991722216, 1e-9);
        assertThat(Arrays.copyOf(mapGram(map), 3))
                .containsExactly(new double[] {.492602254973, .111159765151, .167853470406}, within(1e-7));
    }

    @Test
    void barlowTwinsHasTheKnownMapOfLeastNorm() {
        SpectralMap map = linear(ClosedForm.of(BarlowTwins.defaults()).withWidth(2));
        near(map.report().loss(), 0, 1e-9);
        assertThat(map.report().eigenvalues())
                .containsExactly(new double[] {.469400762156, .334945543337, .018232819592}, within(1e-9));
        assertThat(Arrays.copyOf(mapGram(map), 3))
                .containsExactly(new double[] {1.698299789926, -.692785013268, -.651466771064}, within(1e-7));
    }

    @Test
    void whitenedBarlowTwinsHasTheCanonicalCorrelations() {
        SpectralMap map = linear(ClosedForm.of(new BarlowTwins(true)).withWidth(3));
        double[] correlations = {.756550305561, .539568434145, .172687158589};
        assertThat(map.report().eigenvalues()).containsExactly(correlations, within(1e-9));
        near(
                map.report().loss(),
                Arrays.stream(correlations).map(r -> (1 - r) * (1 - r)).sum(),
                1e-9);
    }

    /// @param loss non-contrastive, then contrastive
    /// @param uncentered induced values k*(t0, t0) and k*(t0, t1) of vicreg; empty for singular kernels
    record Case(
            String kernel,
            int rank,
            double condition,
            double[] base,
            double[] loss,
            double[] uncentered,
            double[] centered,
            double[] contrastive) {
        @Override
        public String toString() {
            return kernel;
        }
    }

    private static double[] of(double... values) {
        return values;
    }

    static Stream<Case> kernels() {
        double free = .596266303828;
        double contrastive = 6.695492336743;
        return Stream.of(
                new Case(
                        "linear",
                        3,
                        0,
                        of(1.298041142356, .138838316980),
                        of(2.297524599276, 16.873088811514),
                        of(),
                        of(.116616093660, .086632019775),
                        of(.293605333085, .183137406989)),
                new Case(
                        "rbf:1",
                        12,
                        260.8,
                        of(.668785124696, .457879744812),
                        of(free, contrastive),
                        of(1.948409550517, .286854956037),
                        of(2.021257850439, .417944375091),
                        of(2.626575082297, .689291692172)),
                new Case(
                        "polynomial:1,2",
                        10,
                        0,
                        of(5.280993091962, 1.296952712222),
                        of(.744587582886, 7.600604633694),
                        of(),
                        of(6.717424475231, 3.161956227542),
                        of(8.079351026381, 1.483615884474)),
                new Case(
                        "polynomial:1,3",
                        12,
                        489.5,
                        of(12.135939397828, 1.477019443990),
                        of(free, contrastive),
                        of(.914039471947, -.600197549273),
                        of(2.771877413107, .775880811582),
                        of(1.188121647191, -.766537170655)),
                new Case(
                        "arc-cosine:0",
                        12,
                        265.8,
                        of(.780316918201, .559681906173),
                        of(free, contrastive),
                        of(.364654634, .078308749),
                        of(.364646466, .078144557),
                        of(.590959292, .018623648)),
                new Case(
                        "arc-cosine:1",
                        12,
                        7892,
                        of(1.354002793106, .310640730249),
                        of(free, contrastive),
                        of(.247072637, .265685058),
                        of(9.022580806, 5.642212629),
                        of(.563463034, .420811665)),
                new Case(
                        "ntk",
                        12,
                        262.3,
                        of(2.366886257008, .388346024146),
                        of(free, contrastive),
                        of(.149595671, .045022085),
                        of(.660703747, .293551158),
                        of(.257946058, .076278532)));
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void everyKernelInducesTheKnownKernel(Case c) {
        Kernel kernel = Kernel.of(c.kernel);
        near(Chain.row(kernel.gram(Chain.x(), Chain.x()), 0)[1], c.base[0], 1e-11);
        near(Chain.row(kernel.gram(Chain.test(), Chain.x()), 0)[0], c.base[1], 1e-11);

        SpectralMap centered = fit(kernel, ClosedForm.of(VICREG));
        near(centered.report().loss(), c.loss[0], 1e-9);
        assertThat(centered.report().rank()).isEqualTo(c.rank);
        if (c.condition > 0) {
            assertThat(centered.report().condition()).isCloseTo(c.condition, within(1e-3 * c.condition));
        }
        induced(centered, c.centered);
        if (c.uncentered.length > 0) {
            SpectralMap uncentered = fit(kernel, ClosedForm.of(VICREG).withCentered(false));
            near(uncentered.report().loss(), c.loss[0], 1e-9);
            induced(uncentered, c.uncentered);
            assertThat(gram(uncentered.embed(Chain.x()))).containsExactly(freeGram(), within(1e-7));
            assertThat(gram(centered.embed(Chain.x()))).containsExactly(freeGram(), within(1e-7));
        }
        SpectralMap contrastive = fit(kernel, ClosedForm.of(new Contrastive()));
        near(contrastive.report().loss(), c.loss[1], 1e-9);
        induced(contrastive, c.contrastive);
    }

    @Test
    void theLinearKernelReachesTheKnownLengths() {
        assertThat(fit(new Kernel.Linear(), ClosedForm.of(VICREG)).report().lengths())
                .containsExactly(new double[] {.880619728965, .772466347200, .574699953129}, within(1e-9));
        assertThat(fit(new Kernel.Linear(), ClosedForm.of(new Contrastive()))
                        .report()
                        .lengths())
                .containsExactly(new double[] {1.926841156509, 1.666220704278, 1.240122135397}, within(1e-9));
    }

    private static double[] freeGram() {
        return gram(ClosedForm.of(VICREG).withWidth(4).fit(Chain.graph()).tensor());
    }

    private static SpectralMap fit(Kernel kernel, ClosedForm form) {
        return form.withWidth(Chain.WIDTH)
                .fit(Chain.graph(), SampleRows.of(Chain.x()), FeatureMap.Landmarks.of(kernel, Chain.x()));
    }

    private static SpectralMap linear(ClosedForm form) {
        return form.fit(Chain.graph(), SampleRows.of(Chain.x()), new FeatureMap.Inputs(3));
    }

    private static void induced(SpectralMap map, double[] expected) {
        double[] row = Chain.row(map.gram(Chain.test(), Chain.test()), 0);
        assertThat(row[0]).isCloseTo(expected[0], within(1e-6 * Math.abs(expected[0])));
        assertThat(row[1]).isCloseTo(expected[1], within(1e-6 * Math.abs(expected[1])));
    }

    private static double[] gram(Tensor z) {
        return Tensors.doubles(z.matmul(z.t()));
    }

    private static double[] mapGram(SpectralMap map) {
        Tensor w = Tensors.of(map.coefficients(), map.features().width(), map.width());
        return gram(w);
    }

    private static void near(double found, double expected, double tolerance) {
        assertThat(found).isCloseTo(expected, within(tolerance));
    }
}
