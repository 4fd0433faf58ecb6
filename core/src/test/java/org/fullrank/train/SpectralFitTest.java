package org.fullrank.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.fullrank.data.DataSpec;
import org.fullrank.data.Dataset;
import org.fullrank.data.Items;
import org.fullrank.engine.Device;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Scope;
import org.fullrank.method.Method;
import org.fullrank.method.MethodSpec;
import org.fullrank.net.KernelMap;
import org.fullrank.probe.Embedder;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunFolder;
import org.fullrank.run.RunStatus;
import org.fullrank.spectral.Kernel;
import org.fullrank.spectral.LandmarkChoice;
import org.fullrank.spectral.RelationSpec;
import org.fullrank.spectral.SpectralObjective;
import org.fullrank.view.ImageViews;
import org.fullrank.view.VectorViews;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewSpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpectralFitTest {
    private static final int ROWS = 60;
    private static final int LANDMARKS = 20;
    /// A polynomial of degree 2 in two inputs has 6 directions.
    private static final int DIRECTIONS = 6;

    @TempDir
    Path folder;

    private Dataset data;

    @BeforeEach
    void open() throws IOException {
        var random = Keyed.of(3, Keyed.name("table"));
        var csv = new StringBuilder("a,b,label\n");
        for (int i = 0; i < ROWS; i++) {
            csv.append("%.4f,%.4f,c%d\n".formatted(random.nextGaussian() + i % 2, random.nextGaussian(), i % 2));
        }
        Path file = Files.writeString(folder.resolve("t.csv"), csv);
        data = Dataset.open(DataSpec.of(file.toString()).withCache(folder.resolve("cache")));
    }

    @AfterEach
    void close() {
        data.close();
    }

    private SpectralFit fit(long seed) {
        return SpectralFit.of(recipe(VectorViews.defaults(), seed), data);
    }

    private static Recipe recipe(ViewSpec views, long seed) {
        return Recipe.closedForm(
                        "test",
                        new KernelMap(new Kernel.Polynomial(1, 2), LANDMARKS, 2),
                        new MethodSpec.ClosedForm(
                                SpectralObjective.Vicreg.defaults(),
                                new RelationSpec.Neighbors(5),
                                true,
                                LandmarkChoice.LEVERAGE,
                                1e-10))
                .withViews(views)
                .withSeed(seed);
    }

    /// Views of color images are not contiguous: their channels are next to each other.
    @Test
    void colorImagesAreFitted() {
        DataSpec spec = DataSpec.of("shapes").withCache(folder.resolve("cache")).withSamples(ROWS);
        try (var shapes = Dataset.open(spec)) {
            SpectralFit fit = SpectralFit.of(recipe(((ImageViews) ViewSpec.named("shapes")).withSize(8), 1), shapes);
            assertThat(fit.recipe().encoder().features()).isEqualTo(2);
        }
    }

    @Test
    void aRunThatCouldNotBeWrittenHasNotEndedAndIsWrittenAgain() throws IOException {
        SpectralFit fit = fit(1);
        Path path = folder.resolve("run");
        try (RunFolder run = RunFolder.create(path, fit.recipe())) {
            Path obstacle =
                    Files.createDirectories(path.resolve("encoder.safetensors").resolve("obstacle"));
            assertThatThrownBy(() -> fit.write(run)).isInstanceOf(RuntimeException.class);
            assertThat(run.records()).hasSize(1);
            assertThat(run.message()).isEmpty();
            assertThat(path.resolve(RunFolder.CLOSED_FORM)).exists();
            Files.delete(obstacle);
            Files.delete(obstacle.getParent());
            fit.write(run);
        }
        RunFolder written = RunFolder.open(path);
        assertThat(written.records()).hasSize(1);
        assertThat(written.status()).isEqualTo(RunStatus.FINISHED);
    }

    @Test
    void unusedLandmarksHaveNoEffect() {
        SpectralFit fit = fit(1);
        assertThat(((KernelMap) fit.recipe().encoder()).landmarks()).isEqualTo(DIRECTIONS);
        SpectralFit wide = fit.withLandmarks(LANDMARKS);
        assertThat(((KernelMap) wide.recipe().encoder()).landmarks()).isEqualTo(LANDMARKS);
        assertThat(((KernelMap) fit.withLandmarks(2 * ROWS).recipe().encoder()).landmarks())
                .isEqualTo(ROWS);
        float[] expected = embedded(fit, "narrow");
        float[] found = embedded(wide, "wide");
        assertThat(found).hasSize(expected.length).containsExactly(expected, within(1e-6f));
    }

    /// The representations of the items by the encoder of a run.
    private float[] embedded(SpectralFit fit, String name) {
        Path path = folder.resolve(name);
        try (RunFolder run = RunFolder.create(path, fit.recipe())) {
            fit.write(run);
        }
        Items items = SpectralFit.items(data);
        ViewGenerator views = ViewGenerator.of(items, VectorViews.defaults(), 1, 1);
        try (var scope = Scope.withoutGradients();
                Method method = MethodBuilder.build(fit.recipe(), views, Device.CPU, Precision.FP32)) {
            Checkpoint.load(Checkpoints.latest(path.resolve("checkpoints"), note -> {}), method);
            return Embedder.embed(method, views, items).values();
        }
    }
}
