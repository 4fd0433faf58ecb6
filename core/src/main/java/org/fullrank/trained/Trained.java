package org.fullrank.trained;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.fullrank.data.Dataset;
import org.fullrank.data.Items;
import org.fullrank.data.SamplingOrder;
import org.fullrank.data.Split;
import org.fullrank.data.TrainTest;
import org.fullrank.data.Vectors;
import org.fullrank.diagnose.Diagnosis;
import org.fullrank.diagnose.Vitals;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.Threads;
import org.fullrank.file.JsonFile;
import org.fullrank.method.Method;
import org.fullrank.net.Mode;
import org.fullrank.probe.ClassTable;
import org.fullrank.probe.Classifier;
import org.fullrank.probe.Embedder;
import org.fullrank.probe.EvaluatedData;
import org.fullrank.probe.Evaluation;
import org.fullrank.probe.Features;
import org.fullrank.probe.FineTuneProtocol;
import org.fullrank.probe.FineTuning;
import org.fullrank.probe.LayerCurve;
import org.fullrank.probe.Place;
import org.fullrank.probe.Protocol;
import org.fullrank.probe.RawInput;
import org.fullrank.probe.Retrieval;
import org.fullrank.probe.RetrievalProtocol;
import org.fullrank.probe.Splits;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunFolder;
import org.fullrank.settings.Nearest;
import org.fullrank.train.Checkpoint;
import org.fullrank.train.MethodBuilder;
import org.fullrank.view.ColumnMoments;
import org.fullrank.view.Crop;
import org.fullrank.view.ImagePipeline;
import org.fullrank.view.ImageViews;
import org.fullrank.view.VectorViewGenerator;
import org.fullrank.view.VectorViews;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewTensors;

/// The trained network of a run, read back from a checkpoint, in float32.
public final class Trained implements AutoCloseable {
    /// Batches that settle the running statistics of an untrained network: with a momentum of 0.1 they leave
    /// 0.9^30 = 4 % of the start.
    public static final int SETTLING_BATCHES = 30;

    /// Items of [#health]: enough for a steady reading, and few enough for spectra of wide projectors in seconds.
    public static final int HEALTH_ROWS = 2000;

    private static final int SETTLING_BATCH = 256;

    private final Recipe recipe;
    private final Dataset data;
    private final Device device;
    private final ViewGenerator views;
    private final Method method;
    private final Path checkpoint;
    private long step;

    private Trained(Recipe recipe, Dataset data, Path checkpoint) {
        this.recipe = recipe;
        this.data = data;
        this.checkpoint = checkpoint;
        device = recipe.train().device().resolve();
        int threads = Threads.resolve(recipe.train().threads());
        Threads.use(threads);
        Items first = data.items(data.splits().getFirst());
        // Vectors are standardized as in training, whatever data are read now.
        ColumnMoments moments = Checkpoint.moments(checkpoint);
        views = moments != null && first instanceof Vectors vectors && recipe.views() instanceof VectorViews spec
                ? new VectorViewGenerator(vectors, spec, recipe.seed(), threads, moments)
                : ViewGenerator.of(first, recipe.views(), recipe.seed(), threads);
        method = MethodBuilder.build(recipe, views, device, Precision.FP32);
    }

    /// Reads a checkpoint of a run.
    ///
    /// @param data what it will see; the caller closes it
    /// @param checkpoint one of [org.fullrank.train.Checkpoints]
    /// @throws InputException when the checkpoint is damaged or the encoder cannot read such data
    public static Trained open(RunFolder folder, Dataset data, Path checkpoint) {
        var trained = new Trained(folder.config(Recipe.class), data, checkpoint);
        try {
            trained.step = Checkpoint.load(checkpoint, trained.method);
            return trained;
        } catch (RuntimeException e) {
            trained.close();
            throw e;
        }
    }

    public Path checkpoint() {
        return checkpoint;
    }

    ViewGenerator views() {
        return views;
    }

    Features embed(Items items) {
        return embed(method, items);
    }

    Method method() {
        return method;
    }

    /// Steps that the network was trained for.
    public long step() {
        return step;
    }

    /// The representations `[N, D]` of a split, in the order of its items.
    ///
    /// @throws InputException when the data have no such split
    public Features embed(Split split) {
        return embed(method, data.items(split));
    }

    /// How the probes are run on these data: fitted on the training split and asked on the test split, or the
    /// validation split where there is no test split, or a held-out share of the training split.
    ///
    /// @throws InputException when the data have no labels
    public static Protocol protocol(Dataset data) {
        return Protocol.of(source(data, data.forEvaluation()));
    }

    private static EvaluatedData source(Dataset data, TrainTest items) {
        return new EvaluatedData(
                data.fingerprint(),
                items.train().size(),
                items.protocol(),
                items.test().size(),
                data.classNames().size(),
                EvaluatedData.Reading.defaults());
    }

    /// kNN and linear accuracy beside all baselines, by [#protocol].
    ///
    /// @throws InputException when the data have no labels
    public Evaluation evaluate() {
        return evaluate(EnumSet.allOf(Evaluation.Baseline.class));
    }

    /// The same beside some of the baselines; numbers and protocol do not depend on which.
    ///
    /// @throws InputException when the data have no labels
    public Evaluation evaluate(Set<Evaluation.Baseline> baselines) {
        return evaluate(protocol(data), baselines);
    }

    /// The probes that `protocol` names, beside some of the baselines.
    ///
    /// @param protocol [#protocol] of these data, with or without its probes
    /// @throws InputException when the data have no labels
    public Evaluation evaluate(Protocol protocol, Set<Evaluation.Baseline> baselines) {
        return Evaluation.of(subjects(baselines), protocol);
    }

    /// How near the items of a class are to each other, on the asked split.
    ///
    /// @throws InputException when the data have no labels
    public Retrieval retrieve(RetrievalProtocol protocol) {
        TrainTest items = data.forEvaluation();
        var asked = new LinkedHashMap<String, Features>();
        asked.put(Evaluation.ENCODER, embed(method, items.test()));
        asked.put(Evaluation.RAW, RawInput.of(items.train(), items.test()).test());
        asked.put(Evaluation.UNTRAINED, byUntrained(items.train(), fresh -> embed(fresh, items.test())));
        return Retrieval.of(asked, source(), protocol);
    }

    /// The accuracy of each class by a classifier on frozen features, on the asked split.
    ///
    /// @throws InputException when the data have no labels
    public ClassTable classes(Classifier probe) {
        return ClassTable.of(answers(probe), source(), probe);
    }

    /// The same against another run: which classes lost.
    ///
    /// @param name of the other run, as it is printed
    /// @throws InputException when the other run was opened on other data
    public ClassTable classes(Trained before, String name, Classifier probe) {
        ClassTable.describe(source(), probe).requireLike(ClassTable.describe(before.source(), probe));
        return ClassTable.of(answers(probe), name, before.answers(probe), source(), probe);
    }

    private ClassTable.Answers answers(Classifier probe) {
        TrainTest items = data.forEvaluation();
        Features test = embed(method, items.test());
        return new ClassTable.Answers(test.names(), test.labels(), probe.answer(embed(method, items.train()), test));
    }

    /// Names of the places that [#layers] can read, in the order of the data.
    public List<String> places() {
        return Place.of(method).stream().map(Place::name).toList();
    }

    /// The accuracy of identical probes on layers of the network, and the best cut.
    ///
    /// @param names of [#places]; none for all. The representation is always among them.
    /// @throws InputException when there is no such layer, or the data have no labels
    public LayerCurve layers(List<String> names) {
        List<String> known = places();
        for (String name : names) {
            if (!known.contains(name)) {
                throw new InputException("layers: found no layer %s, expected one of %s%s"
                        .formatted(name, String.join(", ", known), Nearest.hint(name, known)));
            }
        }
        List<Place> places = Place.of(method).stream()
                .filter(p ->
                        names.isEmpty() || names.contains(p.name()) || p.name().equals(Place.REPRESENTATION))
                .toList();
        return LayerCurve.of(
                places,
                data.forEvaluation(),
                source(),
                (place, items) -> Embedder.read(method, views.on(items), items, place));
    }

    /// Accuracies after training on with few labels, beside the same from initial weights. This network stays as
    /// it is.
    ///
    /// @param note hears of each fit
    /// @throws InputException when the data have no labels
    public FineTuning finetune(FineTuneProtocol protocol, Consumer<String> note) {
        TrainTest items = data.forEvaluation();
        ViewGenerator plain = views.on(items.train());
        ImageViews light = recipe.views() instanceof ImageViews images ? light(images) : null;
        ViewGenerator drawn = light == null
                ? null
                : ViewGenerator.of(
                        items.train(),
                        light,
                        protocol.seed(),
                        Threads.resolve(recipe.train().threads()));
        String words = light == null
                ? "plain, no augmentation"
                : "crop of %s to 1 of the area, ratios %s to %s; mirrored with probability %s"
                        .formatted(
                                FineTuneProtocol.CROP_FROM,
                                Crop.RATIO_MIN,
                                Crop.RATIO_MAX,
                                light.pipeline(0).flip());
        try (Method fresh = MethodBuilder.build(recipe, views, device, Precision.FP32)) {
            var subject = new FineTuning.Subject(
                    recipe.encoder(),
                    MethodBuilder.inputs(recipe.encoder(), views.shape()),
                    method.parameters(),
                    fresh.parameters(),
                    plain,
                    drawn,
                    words);
            return FineTuning.of(subject, items, source(), protocol, note);
        }
    }

    /// Mirror images only where the recipe takes them for the same thing.
    private static ImageViews light(ImageViews views) {
        double flip = views.pipeline(0).flip();
        return new ImageViews(
                views.size(),
                views.views(),
                views.normalize(),
                List.of(ImagePipeline.of(Crop.from(FineTuneProtocol.CROP_FROM)).withFlip(flip)));
    }

    private EvaluatedData source() {
        return source(data, data.forEvaluation());
    }

    private Evaluation.Subjects subjects(Set<Evaluation.Baseline> baselines) {
        TrainTest items = data.forEvaluation();
        Items train = items.train();
        Items test = items.test();
        Splits encoded = new Splits(embed(method, train), embed(method, test));
        Splits untrained = baselines.contains(Evaluation.Baseline.UNTRAINED) ? untrained(train, test) : null;
        Splits raw = baselines.contains(Evaluation.Baseline.RAW) ? RawInput.of(train, test) : null;
        return new Evaluation.Subjects(encoded, untrained, raw);
    }

    private Splits untrained(Items train, Items test) {
        return byUntrained(train, fresh -> new Splits(embed(fresh, train), embed(fresh, test)));
    }

    private <T> T byUntrained(Items train, Function<Method, T> measure) {
        try (Method fresh = MethodBuilder.build(recipe, views, device, Precision.FP32)) {
            settleNorms(fresh, train);
            return measure.apply(fresh);
        }
    }

    /// Rank and spread on items that were not learned from.
    ///
    /// @param representation of the encoder's output
    /// @param embedding of what the objective acts on, behind the projector
    public record Health(Vitals representation, Vitals embedding) {}

    /// Rank and spread on at most [#HEALTH_ROWS] items of the split that an evaluation asks, the first of a fixed
    /// order.
    ///
    /// @throws InputException when the data have no labels, or fewer than two items
    public Health health() {
        Items test = data.forEvaluation().test();
        int[] order = SamplingOrder.epoch(0, 0, test.size());
        Items some = test.subset(Arrays.copyOf(order, Math.min(HEALTH_ROWS, order.length)));
        return new Health(health(embed(method, some)), health(Embedder.project(method, views.on(some), some)));
    }

    /// Writes the pictures of the run's report into its folder: the map of embeddings and, for images, a sheet of
    /// views.
    ///
    /// @throws JobException when the folder cannot be written
    public void draw(Path folder) {
        RunPictures.write(folder, data, views, items -> embed(method, items));
    }

    /// The split that a diagnosis looks at unless told otherwise: test, or validation, or what was trained on where
    /// there
    /// is neither.
    public static Split heldOut(Dataset data) {
        return LayerDiagnoses.heldOut(data);
    }

    /// What is found out about representation, embedding and some blocks of the encoder, on up to 2000 items of a
    /// split,
    /// in a plain view beside one of training.
    ///
    /// @param blocks by name; those that the recipe watches are `monitor.layers`
    /// @throws InputException when there is no such block or split, or fewer than two items
    public List<Diagnosis> diagnose(Split split, List<String> blocks) {
        return LayerDiagnoses.of(method, views, LayerDiagnoses.items(data, split), blocks);
    }

    /// The same for the layers that the recipe watches, written to `diagnosis.json` of the run folder.
    ///
    /// @throws JobException when the folder cannot be written
    public void diagnose(RunFolder folder) {
        var layers = Stream.concat(method.watched().stream(), recipe.monitor().layers().stream());
        var diagnoses = diagnose(heldOut(data), layers.distinct().toList()).stream()
                .map(Diagnosis::toMap)
                .toList();
        JsonFile.write(folder.path().resolve(RunFolder.DIAGNOSIS), Map.of("diagnoses", diagnoses));
    }

    private static Vitals health(Features features) {
        try (var scope = Scope.open()) {
            return Vitals.of(Tensors.of(features.values(), features.rows(), features.width()), Vitals.COMPARED);
        }
    }

    /// Gives an untrained network the running statistics of the data, so that it is a baseline at its best.
    private void settleNorms(Method fresh, Items train) {
        int[] order = SamplingOrder.epoch(recipe.seed(), 0, train.size());
        ViewGenerator generator = views.on(train);
        for (int i = 0; i < SETTLING_BATCHES; i++) {
            int begin = i * SETTLING_BATCH % Math.max(1, order.length - SETTLING_BATCH);
            int[] indices = Arrays.copyOfRange(order, begin, Math.min(order.length, begin + SETTLING_BATCH));
            try (var scope = Scope.open();
                    var off = Gradients.off()) {
                fresh.encode(ViewTensors.plain(generator, indices, device), Mode.TRAIN);
            }
        }
    }

    private Features embed(Method by, Items items) {
        return Embedder.embed(by, views.on(items), items);
    }

    @Override
    public void close() {
        method.close();
    }
}
