package org.fullrank.spectral;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.BlockLanczos;
import org.fullrank.linalg.Eigenpairs;
import org.fullrank.linalg.Reductions;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.spectral.Graph.Edge;
import org.fullrank.spectral.SpectralObjective.Contrastive;
import org.fullrank.spectral.SpectralObjective.Vicreg;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Fits with few landmarks or random features against the exact fit.
class ApproximationTest {
    private static final int ITEMS = 200;
    private static final Kernel KERNEL = new Kernel.Rbf(1.5);
    private static final ClosedForm VICREG =
            ClosedForm.of(Vicreg.ofGamma(.3)).withWidth(4).withRankCut(1e-4);

    private final Scope scope = Scope.open();
    private final Tensor x = Tensors.of(views(), 2 * ITEMS, 2);
    private final Groups pairs = Groups.ofViews(ITEMS, 2);

    @AfterEach
    void free() {
        scope.close();
    }

    /// Points on a plane, and a view of each one that differs in the second direction only.
    private static double[] views() {
        Keyed random = Keyed.of(5, Keyed.name("views"));
        double[] values = new double[4 * ITEMS];
        for (int i = 0; i < ITEMS; i++) {
            double first = random.nextGaussian();
            for (int view = 0; view < 2; view++) {
                values[4 * i + 2 * view] = first;
                values[4 * i + 2 * view + 1] = random.nextGaussian();
            }
        }
        return values;
    }

    @ParameterizedTest
    @EnumSource
    void landmarksGiveTheSubspaceOfAllSamples(LandmarkChoice choice) {
        SpectralMap exact = fit(FeatureMap.Landmarks.of(KERNEL, x));
        SpectralMap few = fit(choice.choose(KERNEL, SampleRows.of(x), 100, 1));
        assertThat(few.features().width()).isEqualTo(100);
        assertThat(exact.report().traceError()).isCloseTo(0, within(1e-9));
        assertThat(few.report().loss()).isCloseTo(exact.report().loss(), within(1e-4));
        double traceError = few.report().traceError();
        double sine = largestSine(exact.embed(x), few.embed(x));
        switch (choice) {
            case UNIFORM -> assertThat(new double[] {traceError, sine}).containsExactly(zeros(), within(.05));
            case KMEANS_PLUS_PLUS -> assertThat(new double[] {traceError, sine}).containsExactly(zeros(), within(1e-3));
            case LEVERAGE -> assertThat(new double[] {traceError, sine}).containsExactly(zeros(), within(1e-6));
        }
    }

    @ParameterizedTest
    @EnumSource
    void asManyLandmarksAsSamplesAreExact(LandmarkChoice choice) {
        SpectralMap exact = fit(FeatureMap.Landmarks.of(KERNEL, x));
        SpectralMap all = fit(choice.choose(KERNEL, SampleRows.of(x), 5000, 1));
        assertThat(all.features().width()).isEqualTo(2 * ITEMS);
        assertThat(all.report().loss()).isCloseTo(exact.report().loss(), within(1e-9));
    }

    @Test
    void leverageDoesNotDrawTheSameLandmarkTwice() {
        double[] twice = Arrays.copyOf(views(), 4 * ITEMS);
        System.arraycopy(twice, 0, twice, 2 * ITEMS, 2 * ITEMS); // each row stands twice
        Tensor rows = Tensors.of(twice, 2 * ITEMS, 2);
        FeatureMap.Landmarks chosen = LandmarkChoice.LEVERAGE.choose(KERNEL, SampleRows.of(rows), 40, 1);
        Tensor gram = KERNEL.gram(Tensors.of(chosen.values(), 40, 2), Tensors.of(chosen.values(), 40, 2));
        assertThat(Tensors.value(gram.triu(1).max())).isLessThan(1 - 1e-9);
    }

    /// Pivots of rows that repeat earlier ones would be noise, on which a Cholesky factorization fails.
    @ParameterizedTest
    @ValueSource(strings = {"rbf:0.5", "rbf:40", "polynomial:1,3", "laplacian:2", "arc-cosine:1", "ntk"})
    void leverageCopesWithSamplesThatMostlyRepeatOthers(String text) {
        Kernel kernel = Kernel.of(text);
        double[] different = new double[300 * 3]; // 90 % of all rows repeat one of these
        Keyed random = Keyed.of(300, 3);
        Arrays.setAll(different, i -> random.nextGaussian() * (i % 11 == 0 ? 100 : 1));
        double[] values = new double[3000 * 3];
        Arrays.setAll(values, i -> different[i % different.length]);
        Tensor rows = Tensors.of(values, 3000, 3);
        FeatureMap.Landmarks chosen = LandmarkChoice.LEVERAGE.choose(kernel, SampleRows.of(rows), 400, 1);
        assertThat(chosen.width()).isBetween(3, 300);
        Tensor landmarks = Tensors.of(chosen.values(), chosen.width(), 3);
        Tensor coordinates = kernel.gram(rows, landmarks).matmul(chosen.coordinates());
        double explained = Tensors.value(Reductions.squaredNorms(coordinates).sum());
        assertThat(explained / Tensors.value(kernel.diagonal(rows).sum())).isCloseTo(1, within(1e-8));
    }

    @Test
    void manyDimensionsOfManySamplesAreRefusedInsteadOfADenseMatrix() {
        Groups many = Groups.ofLabels(new int[ClosedForm.DENSE_ROWS + 1]);
        assertThatThrownBy(
                        () -> ClosedForm.of(new Contrastive()).withWidth(1000).fit(many))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "dim: found 1000 for 2049 samples without a kernel, expected at most 400 for the solver of more"
                                + " than 2048 samples; lower it");
    }

    @Test
    void randomFeaturesComeNearTheExactFit() {
        SpectralMap exact = fit(FeatureMap.Landmarks.of(KERNEL, x));
        SpectralMap random = fit(RandomFeatures.draw(KERNEL, 2, 400, 1));
        assertThat(random.report().loss()).isCloseTo(exact.report().loss(), within(.02));
    }

    @Test
    void lanczosFindsTheSubspaceOfTheDenseSolver() {
        Graph graph = communities(400, 5);
        for (SpectralObjective objective : List.of(Vicreg.ofGamma(.01), new Contrastive())) {
            boolean centered = ClosedForm.of(objective).centered();
            FreeForm matrix = FreeForm.of(graph, objective.form(graph), centered);
            Eigenpairs all = Eigenpairs.of(matrix.dense());
            Eigenpairs found = BlockLanczos.largest(matrix, 4, BlockLanczos.Stop.DEFAULT, 1);
            assertThat(found.residual()).isLessThanOrEqualTo(1e-8);
            assertThat(found.values()).containsExactly(Arrays.copyOf(all.values(), 4), within(1e-9));
            assertThat(largestSine(found.vectors(), all.vectors().narrow(1, 0, 4)))
                    .isLessThan(1e-6);
        }
    }

    @Test
    void lanczosFindsEqualEigenvalues() {
        Graph graph = communities(120, 4);
        FreeForm matrix = FreeForm.of(graph, new Contrastive().form(graph), false);
        Tensor copies = torch.block_diag(new TensorVector(matrix.dense(), matrix.dense(), matrix.dense()));
        SymmetricOperator blocks = new SymmetricOperator() {
            @Override
            public int size() {
                return 360;
            }

            @Override
            public Tensor times(Tensor x) {
                return copies.matmul(x);
            }
        };
        double[] once = Eigenpairs.of(matrix.dense()).values();
        assertThat(BlockLanczos.largest(blocks, 6, BlockLanczos.Stop.DEFAULT, 1).values())
                .containsExactly(new double[] {once[0], once[0], once[0], once[1], once[1], once[1]}, within(1e-9));
    }

    @Test
    void manySamplesNeedNoDenseMatrix() {
        int size = ClosedForm.DENSE_ROWS + 100;
        int[] labels = new int[size];
        Arrays.setAll(labels, i -> i % 7 == 0 ? 0 : i % 3 == 0 ? 1 : 2);
        SpectralReport report = ClosedForm.of(new Contrastive())
                .withWidth(3)
                .fit(Groups.ofLabels(labels))
                .report();
        double[] sizes = new double[3];
        Arrays.stream(labels).forEach(l -> sizes[l]++);
        assertThat(report.lengths()).containsExactly(new double[] {sizes[2], sizes[1], sizes[0]}, within(1e-6));
        assertThat(report.residual()).isBetween(Double.MIN_NORMAL, 1e-8);
    }

    /// A ring of dense communities that are joined by few edges.
    private static Graph communities(int size, int count) {
        Keyed random = Keyed.of(7, Keyed.name("communities"));
        List<Edge> edges = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            int own = i % count;
            for (int e = 0; e < 12; e++) {
                int community = e == 0 && i % (7 + own) == 0 ? (own + 1) % count : own;
                int j = community + count * random.nextInt(size / count);
                if (j != i) {
                    edges.add(new Edge(i, j, 1));
                }
            }
        }
        return Graph.of(size, edges);
    }

    private static double[] zeros() {
        return new double[2];
    }

    private SpectralMap fit(FeatureMap features) {
        return VICREG.fit(pairs, SampleRows.of(x), features);
    }

    /// The sine of the largest angle between the column spaces.
    private static double largestSine(Tensor a, Tensor b) {
        Tensor p = torch.linalg_qr(a).get0();
        Tensor q = torch.linalg_qr(b).get0();
        return Tensors.value(
                torch.linalg_svd(q.sub(p.matmul(p.t().matmul(q)))).get1().max());
    }
}
