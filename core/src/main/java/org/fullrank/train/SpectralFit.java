package org.fullrank.train;

import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Dataset;
import org.fullrank.data.Items;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.Threads;
import org.fullrank.file.JsonFile;
import org.fullrank.method.Method;
import org.fullrank.method.MethodSpec;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.KernelMap;
import org.fullrank.net.LinearMap;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.run.MetricRecord;
import org.fullrank.run.Metrics;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunFolder;
import org.fullrank.run.RunStatus;
import org.fullrank.settings.RecordShape;
import org.fullrank.spectral.FeatureMap;
import org.fullrank.spectral.RandomFeatures;
import org.fullrank.spectral.RelatedSamples;
import org.fullrank.spectral.SpectralMap;
import org.fullrank.view.ViewGenerator;

/// The fit of a recipe with the method `closed-form`, and its run folder. The run has one checkpoint, at step
/// 0, whose encoder is the fitted map. So everything that reads a run reads it too.
public final class SpectralFit {
    /// A step before the first, so that a repeated fit replaces the records of an interrupted one.
    private static final long BEFORE_ALL = -1;

    private final Recipe recipe;
    private final Dataset data;
    private final ViewGenerator views;
    private final RelatedSamples samples;
    private final SpectralMap map;
    private final double seconds;

    private SpectralFit(SpectralFit fit, Recipe recipe) {
        this.recipe = recipe;
        data = fit.data;
        views = fit.views;
        samples = fit.samples;
        map = fit.map;
        seconds = fit.seconds;
    }

    private SpectralFit(Recipe asked, Dataset data) {
        long begin = System.nanoTime();
        if (!(asked.method() instanceof MethodSpec.ClosedForm method)) {
            throw new InputException("recipe %s: found a method that is trained, expected closed-form; use pretrain"
                    .formatted(asked.name()));
        }
        this.data = data;
        Items items = items(data);
        int threads = Threads.resolve(asked.train().threads());
        Threads.use(threads);
        views = ViewGenerator.of(items, asked.views(), asked.seed(), threads);
        samples = RelatedSamples.of(method.relation(), items, views);
        FeatureMap features = features(asked, method, samples);
        map = method.form(asked.encoder().features(), asked.seed()).fit(samples.relation(), samples.rows(), features);
        recipe = asked.withEncoder(encoder(asked.encoder(), features.width(), map.width()));
        seconds = (System.nanoTime() - begin) / 1e9;
    }

    /// Fits the map of a recipe to the first split of its data.
    ///
    /// @param data stays the caller's
    /// @throws InputException when the method is another one, or does not suit the data
    public static SpectralFit of(Recipe recipe, Dataset data) {
        try (var scope = Scope.withoutGradients()) {
            return new SpectralFit(recipe, data);
        }
    }

    /// The items that a closed form is fitted to: the train split.
    public static Items items(Dataset data) {
        return data.items(data.splits().getFirst());
    }

    private static FeatureMap features(Recipe recipe, MethodSpec.ClosedForm method, RelatedSamples samples) {
        return recipe.encoder() instanceof KernelMap kernel
                ? method.landmarks().choose(kernel.kernel(), samples.rows(), kernel.landmarks(), recipe.seed())
                : new FeatureMap.Inputs(samples.rows().width());
    }

    private static EncoderSpec encoder(EncoderSpec asked, int landmarks, int width) {
        return asked instanceof KernelMap kernel
                ? new KernelMap(kernel.kernel(), landmarks, width)
                : new LinearMap(width);
    }

    /// The same fit with up to `count` landmarks. The landmarks that it does not use have coefficients of 0.
    /// How many it uses depends on the seed, so fits of several seeds have one recipe only in this way. A
    /// fit without landmarks, or with as many samples or more, does not change.
    public SpectralFit withLandmarks(int count) {
        if (!(recipe.encoder() instanceof KernelMap kernel)) {
            return this;
        }
        int landmarks =
                Math.max(kernel.landmarks(), Math.min(count, samples.rows().size()));
        return new SpectralFit(this, recipe.withEncoder(new KernelMap(kernel.kernel(), landmarks, kernel.features())));
    }

    /// The recipe with the sizes of the fit: the landmarks and dimensions that it uses.
    public Recipe recipe() {
        return recipe;
    }

    /// The samples of the fit.
    public RelatedSamples samples() {
        return samples;
    }

    /// The fitted map.
    public SpectralMap map() {
        return map;
    }

    /// Writes the figures of the fit, the checkpoint, the encoder, and the end of the run. The end comes last,
    /// so a run that has ended is complete, and one with a checkpoint has its figures.
    ///
    /// @param folder made with [#recipe]
    /// @throws org.fullrank.engine.JobException when the folder cannot be written
    public void write(RunFolder folder) {
        JsonFile.write(
                folder.path().resolve(RunFolder.CLOSED_FORM), map.report().toMap());
        try (Metrics metrics = folder.metrics(BEFORE_ALL)) {
            var values = new LinkedHashMap<String, Double>();
            values.put("loss", map.report().loss());
            metrics.append(MetricRecord.of(0, 0, values, seconds));
            save(folder);
            String objective = RecordShape.name(
                    ((MethodSpec.ClosedForm) recipe.method()).objective().getClass());
            metrics.end(
                    RunStatus.FINISHED, 0, "closed form of " + objective + ": no steps, so no curves and no checks");
        }
    }

    private void save(RunFolder folder) {
        try (Method method = MethodBuilder.build(recipe, views, Device.CPU, Precision.FP32)) {
            fill(method.parameters());
            var checkpoints = new Checkpoints(folder.checkpoints(), recipe.checkpoints());
            int threads = Threads.resolve(recipe.train().threads());
            Checkpoint.save(checkpoints.file(0), method, null, 0, Checkpoint.Origin.of(data, views, recipe), threads);
            Checkpoint.exportEncoder(folder.path().resolve("encoder.safetensors"), method, 0);
        }
    }

    /// Copies the numbers of the map into the parameters of the encoder. Unused landmarks keep the values of
    /// an encoder before its fit, which have no effect.
    private void fill(ParameterBuffer buffer) {
        try (var scope = Scope.withoutGradients()) {
            SequencedMap<String, Tensor> numbers = numbers();
            for (ParameterBuffer.Segment segment : buffer.segments()) {
                String name = segment.name().substring(Method.ENCODER.length() + 1);
                Tensor found = Objects.requireNonNull(numbers.get(name));
                segment.view(buffer.values()).narrow(0, 0, found.size(0)).copy_(found);
            }
        }
    }

    private SequencedMap<String, Tensor> numbers() {
        Tensor coefficients = Tensors.of(map.coefficients(), map.features().width(), map.width()); // [p, k]
        Tensor offset = Tensors.of(map.offset(), map.width());
        var numbers = new LinkedHashMap<String, Tensor>();
        switch (map.features()) {
            case FeatureMap.Inputs _ -> {
                numbers.put(LinearMap.WEIGHT, coefficients.t());
                numbers.put(LinearMap.BIAS, offset.neg());
            }
            case FeatureMap.Landmarks(var _, double[] values, int width) -> {
                numbers.put(KernelMap.LANDMARKS, Tensors.of(values, width, values.length / width));
                numbers.put(KernelMap.COEFFICIENTS, coefficients);
                numbers.put(KernelMap.OFFSET, offset);
            }
            case RandomFeatures _ -> throw new IllegalStateException("no encoder has random features");
        }
        return numbers;
    }
}
