package org.fullrank.trained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.fullrank.data.Dataset;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Spectrum;
import org.fullrank.net.Mode;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.probe.Accuracy;
import org.fullrank.probe.ClassSeeds;
import org.fullrank.probe.ClassTable;
import org.fullrank.probe.ClassesProtocol;
import org.fullrank.probe.Evaluation;
import org.fullrank.probe.Evaluations;
import org.fullrank.probe.Features;
import org.fullrank.probe.FineTuneProtocol;
import org.fullrank.probe.FineTuning;
import org.fullrank.probe.LabelFree;
import org.fullrank.probe.LabelFreeProtocol;
import org.fullrank.probe.LayerCurve;
import org.fullrank.probe.LayersProtocol;
import org.fullrank.probe.ProbeTable;
import org.fullrank.probe.Probes;
import org.fullrank.probe.RetrievalProtocol;
import org.fullrank.probe.Subject;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunFolder;
import org.fullrank.train.Checkpoints;
import org.fullrank.train.SmallTraining;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is measured of a finished run. The data are [SmallTraining]'s: 64 vectors of three classes, a fifth
/// held out.
class TrainedTest {
    private static final FineTuneProtocol SHORT = new FineTuneProtocol(List.of(0.2, 1.0), 2, 12, 16, 1e-2, 0);

    @TempDir
    Path folder;

    private Path run;
    private Recipe recipe;

    @BeforeEach
    void train() throws IOException {
        recipe = SmallTraining.recipe(folder, 2);
        run = folder.resolve("run");
        SmallTraining.train(recipe, run, new SmallTraining.Watching());
    }

    @FunctionalInterface
    private interface Use {
        void of(Trained trained);
    }

    private void open(Use use) {
        open(run, recipe, use);
    }

    private static void open(Path run, Recipe recipe, Use use) {
        try (var out = RunFolder.open(run);
                var data = Dataset.open(recipe.data());
                var trained = Trained.open(out, data, Checkpoints.latest(out.checkpoints(), note -> {}))) {
            use.of(trained);
        }
    }

    private static List<double[]> bits(Trained trained) {
        var all = new ArrayList<double[]>();
        try (var scope = Scope.open()) {
            for (ParameterBuffer buffer : trained.method().buffers().values()) {
                all.add(Tensors.doubles(buffer.values()));
                all.add(Tensors.doubles(buffer.statistics()));
            }
        }
        return all;
    }

    @Test
    void noProtocolMovesABufferOfTheRun() {
        open(trained -> {
            List<double[]> before = bits(trained);
            for (Evaluation evaluation : Evaluations.all()) {
                (evaluation instanceof FineTuneProtocol ? SHORT : evaluation).run(ofOneCheckpoint(trained));
                assertThat(bits(trained)).usingRecursiveComparison().isEqualTo(before);
            }
        });
    }

    /// The same, but its only checkpoint is itself, so that nothing is measured on a copy.
    @SuppressWarnings("unchecked") // the only argument of that method
    private static Subject ofOneCheckpoint(Trained trained) {
        return (Subject) Proxy.newProxyInstance(
                Subject.class.getClassLoader(), new Class<?>[] {Subject.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("eachCheckpoint")) {
                        ((Consumer<Subject>) arguments[0]).accept(trained);
                        return null;
                    }
                    return method.invoke(trained, arguments);
                });
    }

    @Test
    void theTestOfFrozenBuffersSeesAMovedOne() {
        open(trained -> {
            List<double[]> before = bits(trained);
            try (var scope = Scope.open();
                    var off = Gradients.off()) {
                trained.method().encode(Tensors.of(new float[32], 4, 8), Mode.TRAIN);
            }
            assertThat(before.get(1)).isNotEqualTo(bits(trained).get(1));
        });
    }

    @Test
    void everyCheckpointIsMeasuredOnceInTheOrderOfTraining() {
        open(trained -> {
            LabelFree found = new LabelFreeProtocol().run(trained);
            assertThat(found.rows()).extracting(LabelFree.Row::step).containsExactly(4L, 8L); // best is one of them
            LabelFree.Row last = found.rows().getLast();
            Features z = trained.embed(trained.data().pretraining());
            assertThat(last.representation().rankMe())
                    .isCloseTo(Spectrum.of(z.values(), z.rows()).rankMe(), within(1e-6));
            assertThat(Objects.requireNonNull(last.knn()))
                    .isEqualTo(Probes.defaults()
                            .run(trained)
                            .result(ProbeTable.ENCODER)
                            .knn());
        });
    }

    @Test
    void withoutLabelsCheckpointsAreMeasuredAllTheSame() throws IOException {
        Path plain = folder.resolve("plain");
        Recipe unlabeled = SmallTraining.recipe(plain, SmallTraining.vectors(plain, 1), 1);
        SmallTraining.train(unlabeled, plain.resolve("run"), new SmallTraining.Watching());
        open(plain.resolve("run"), unlabeled, trained -> {
            LabelFree found = new LabelFreeProtocol().run(trained);
            assertThat(found.rows()).allSatisfy(r -> assertThat(r.knn()).isNull());
            assertThat(found.table()).contains("one checkpoint leaves nothing to choose");
        });
    }

    @Test
    void layersRunFromTheInputToTheEmbeddingAndTheRepresentationReadsAsInTheTable() {
        open(trained -> {
            LayerCurve curve = new LayersProtocol(List.of()).run(trained);
            assertThat(curve.layers())
                    .extracting(LayerCurve.Row::name)
                    .containsExactly("input", "block.0", "representation", "projector.1", "embedding");
            assertThat(curve.layers()).extracting(LayerCurve.Row::width).containsExactly(8, 16, 12, 16, 16);
            assertThat(curve.asked().get("representation"))
                    .isEqualTo(Probes.defaults()
                            .run(trained)
                            .result(ProbeTable.ENCODER)
                            .linear());
        });
    }

    @Test
    void theCutIsTheBestOfTheHeldOutItemsAndOnlyItIsAskedBesideTheUsualOne() {
        open(trained -> {
            LayerCurve curve = new LayersProtocol(List.of()).run(trained);
            int most = curve.layers().stream()
                    .mapToInt(r -> r.linear().accuracy().correct())
                    .max()
                    .orElseThrow();
            assertThat(curve.layers().stream()
                            .filter(r -> r.linear().accuracy().correct() == most)
                            .findFirst()
                            .orElseThrow()
                            .name())
                    .isEqualTo(curve.best());
            assertThat(curve.asked().keySet()).isSubsetOf(curve.best(), "representation");
            // 52 items are left after the fifth for asking; the curve is measured on a fifth of these.
            assertThat(curve.layers().getFirst().linear().accuracy().total()).isLessThan(13);
            assertThat(curve.text()).contains("the asked split has no part in it");
        });
    }

    @Test
    void someLayersCanBeNamedAndAnUnknownOneIsRefused() {
        open(trained -> {
            assertThat(new LayersProtocol(List.of("embedding")).run(trained).layers())
                    .extracting(LayerCurve.Row::name)
                    .containsExactly("representation", "embedding");
            assertThatThrownBy(() -> new LayersProtocol(List.of("embeding")).run(trained))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("found no layer embeding, expected one of input, block.0")
                    .hasMessageEndingWith("did you mean embedding?");
        });
    }

    @Test
    void fineTuningIsTheSameEachTimeAndHasEveryDraw() {
        open(trained -> {
            FineTuning first = SHORT.run(trained);
            assertThat(SHORT.run(trained)).isEqualTo(first);
            assertThat(first.rows()).hasSize(2);
            FineTuning.Row few = first.rows().getFirst();
            assertThat(few.encoder()).hasSize(2);
            assertThat(few.untrained()).hasSize(2);
            // 64 rows of classes 22, 21, 21; a fifth of each is held out for asking.
            assertThat(few.items()).isEqualTo(10);
            assertThat(first.rows().getLast().items()).isEqualTo(52);
            assertThat(first.text())
                    .contains(
                            "mean and standard deviation over 2 draws",
                            "AdamW",
                            "12 steps of 16",
                            "plain, no augmentation");
        });
    }

    @Test
    void fineTuningLearns() {
        open(trained -> {
            var much = new FineTuneProtocol(List.of(1.0), 1, 200, 16, 1e-2, 0);
            Accuracy reached = much.run(trained).rows().getFirst().encoder().getFirst();
            assertThat(reached.share()).isGreaterThan(0.6);
        });
    }

    @Test
    void aClassTooSmallForItsShareGetsOneItemAndIsCounted() {
        open(trained -> {
            var tiny = new FineTuneProtocol(List.of(0.01), 1, 2, 16, 1e-3, 0);
            FineTuning found = tiny.run(trained);
            assertThat(found.rows().getFirst().items()).isEqualTo(3);
            assertThat(found.rows().getFirst().lifted()).isEqualTo(3);
            assertThat(found.text()).contains("1 % gives less than half an item of 3 classes: each got one");
        });
    }

    @Test
    void aRunOnOtherDataIsRefused() throws IOException {
        Path elsewhere = folder.resolve("other");
        Path vectors = SmallTraining.vectors(elsewhere, 2);
        SmallTraining.label(vectors, 2);
        Recipe other = SmallTraining.recipe(elsewhere, vectors, 1);
        SmallTraining.train(other, elsewhere.resolve("run"), new SmallTraining.Watching());
        ClassesProtocol against = ClassesProtocol.defaults().withAgainst(List.of(elsewhere.resolve("run")));
        open(trained -> assertThatThrownBy(() -> against.run(trained))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("which differ in data ("));
    }

    @Test
    void againstItselfNothingIsLost() {
        open(trained -> {
            ClassesProtocol against = ClassesProtocol.defaults().withAgainst(List.of(run));
            ClassTable table = (ClassTable) against.run(trained);
            assertThat(table.losers()).isEmpty();
            assertThat(table.rows())
                    .allSatisfy(r ->
                            assertThat(Objects.requireNonNull(r.change()).p()).isEqualTo(1));
            assertThat(table.table()).contains("the mean stayed");
        });
    }

    @Test
    void severalSeedsOfOneMethodLoseNothingAgainstThemselves() throws IOException {
        Path second = folder.resolve("second");
        SmallTraining.train(recipe.withSeed(recipe.seed() + 1), second, new SmallTraining.Watching());
        open(trained -> {
            var same = new ClassesProtocol(ClassesProtocol.Probe.knn, List.of(second), List.of(second, run));
            ClassSeeds table = (ClassSeeds) same.run(trained);
            assertThat(table.seeds()).containsExactly(recipe.seed(), recipe.seed() + 1);
            assertThat(table.losers()).isEmpty();
            assertThat(table.rows())
                    .allSatisfy(r -> assertThat(r.test().difference()).isZero());
        });
    }

    @Test
    void seedsWithoutPartnersAreRefused() {
        open(trained -> {
            for (ClassesProtocol wrong : List.of(
                    ClassesProtocol.defaults().withMore(List.of(run)).withAgainst(List.of(run)),
                    ClassesProtocol.defaults().withAgainst(List.of(run, run)))) {
                assertThatThrownBy(() -> wrong.run(trained))
                        .isInstanceOf(InputException.class)
                        .hasMessageContaining("the same two or more seeds");
            }
            assertThatThrownBy(() ->
                            ClassesProtocol.defaults().withMore(List.of(run)).run(trained))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("none to compare with");
        });
    }

    @Test
    void withoutLabelsEveryProtocolThatNeedsThemSaysSo() throws IOException {
        Path plain = folder.resolve("plain");
        Path vectors = SmallTraining.vectors(plain, 1);
        Recipe unlabeled = SmallTraining.recipe(plain, vectors, 1);
        SmallTraining.train(unlabeled, plain.resolve("run"), new SmallTraining.Watching());
        open(plain.resolve("run"), unlabeled, trained -> {
            for (Runnable protocol : List.<Runnable>of(
                    () -> Probes.defaults().run(trained),
                    () -> RetrievalProtocol.defaults().run(trained),
                    () -> new LayersProtocol(List.of()).run(trained),
                    () -> ClassesProtocol.defaults().run(trained),
                    () -> SHORT.run(trained))) {
                assertThatThrownBy(protocol::run)
                        .isInstanceOf(InputException.class)
                        .hasMessageContaining("has no labels");
            }
        });
    }

    @Test
    void aSingleClassIsRefused() throws IOException {
        Path one = folder.resolve("one");
        Path vectors = SmallTraining.vectors(one, 1);
        SmallTraining.label(vectors, 1);
        Recipe single = SmallTraining.recipe(one, vectors, 1);
        SmallTraining.train(single, one.resolve("run"), new SmallTraining.Watching());
        open(one.resolve("run"), single, trained -> {
            for (Runnable protocol : List.<Runnable>of(
                    () -> Probes.defaults().withBaselines(Set.of()).run(trained),
                    () -> RetrievalProtocol.defaults().run(trained),
                    () -> new LayersProtocol(List.of()).run(trained),
                    () -> ClassesProtocol.defaults().run(trained),
                    () -> SHORT.run(trained))) {
                assertThatThrownBy(protocol::run)
                        .isInstanceOf(InputException.class)
                        .hasMessageContaining("a single class");
            }
        });
    }
}
