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
    private final Recipe recipe;
    private final Dataset data;
    private final ViewGenerator views;
    private final RelatedSamples samples;
    private final SpectralMap map;
    private final double seconds;

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

    /// Writes the checkpoint, the encoder, the figures of the fit, and the end of the run.
    ///
    /// @param folder made with [#recipe]
    /// @throws org.fullrank.engine.JobException when the folder cannot be written
    public void write(RunFolder folder) {
        try (Method method = MethodBuilder.build(recipe, views, Device.CPU, Precision.FP32)) {
            fill(method.parameters());
            var checkpoints = new Checkpoints(folder.checkpoints(), recipe.checkpoints());
            int threads = Threads.resolve(recipe.train().threads());
            Checkpoint.save(checkpoints.file(0), method, null, 0, Checkpoint.Origin.of(data, views, recipe), threads);
            Checkpoint.exportEncoder(folder.path().resolve("encoder.safetensors"), method, 0);
        }
        JsonFile.write(
                folder.path().resolve(RunFolder.CLOSED_FORM), map.report().toMap());
        try (Metrics metrics = folder.metrics(0)) {
            var values = new LinkedHashMap<String, Double>();
            values.put("loss", map.report().loss());
            metrics.append(MetricRecord.of(0, 0, values, seconds));
            String objective = RecordShape.name(
                    ((MethodSpec.ClosedForm) recipe.method()).objective().getClass());
            metrics.end(
                    RunStatus.FINISHED, 0, "closed form of " + objective + ": no steps, so no curves and no checks");
        }
    }

    /// Copies the numbers of the map into the parameters of the encoder.
    private void fill(ParameterBuffer buffer) {
        try (var scope = Scope.withoutGradients()) {
            SequencedMap<String, Tensor> numbers = numbers();
            for (ParameterBuffer.Segment segment : buffer.segments()) {
                String name = segment.name().substring(Method.ENCODER.length() + 1);
                segment.view(buffer.values()).copy_(Objects.requireNonNull(numbers.get(name)));
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
