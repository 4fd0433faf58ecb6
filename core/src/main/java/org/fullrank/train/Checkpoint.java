package org.fullrank.train;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.DataSpec;
import org.fullrank.data.Dataset;
import org.fullrank.data.TableSchema;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.file.SafeTensors;
import org.fullrank.method.Method;
import org.fullrank.net.ParameterBuffer.Segment;
import org.fullrank.optim.Optimizer;
import org.fullrank.run.Recipe;
import org.fullrank.run.RecipeChange;
import org.fullrank.settings.Yaml;
import org.fullrank.view.ColumnMoments;
import org.fullrank.view.ViewGenerator;
import org.jspecify.annotations.Nullable;

/// One file with the whole state of a training. The parameters, the running statistics and the vectors of the
/// optimizer are named tensors. The step is in the metadata. The file is written atomically. Random numbers
/// depend only on keys. So a checkpoint needs no state of a random generator.
public final class Checkpoint {
    private static final String MODEL = "model.";
    private static final String OPTIMIZER = "optimizer.";
    private static final String STEP = "step";
    private static final String THREADS = "threads";
    private static final String WORKERS = "workers";
    private static final String DATA = "data";
    private static final String RECIPE = "recipe";
    private static final String TABLE = "table";
    private static final String MEAN = "input.mean";
    private static final String DEVIATION = "input.std";

    private Checkpoint() {}

    /// What a training computes with. Both numbers change the rounding of sums.
    ///
    /// @param threads of each worker
    record Processors(int threads, int workers) {}

    /// Saves the state after `step` steps of a training without other workers.
    ///
    /// @param optimizer null for a network that is not trained
    static void save(Path file, Method method, @Nullable Optimizer optimizer, long step, Origin origin, int threads) {
        save(file, method, optimizer, step, origin, new Processors(threads, 1));
    }

    /// Saves the state after `step` steps.
    ///
    /// @param optimizer null for a network that is not trained
    static void save(
            Path file, Method method, @Nullable Optimizer optimizer, long step, Origin origin, Processors processors) {
        try (var scope = Scope.open()) {
            SequencedMap<String, Tensor> tensors = optimizer == null ? tensors(method) : tensors(method, optimizer);
            ColumnMoments moments = origin.views().moments();
            if (moments != null) {
                float[] mean = moments.means();
                tensors.put(MEAN, Tensors.of(mean, mean.length));
                tensors.put(DEVIATION, Tensors.of(moments.deviations(), mean.length));
            }
            // Not Map.of: its order, and with it the bytes of the file, changes from one JVM to the next.
            var metadata = new LinkedHashMap<String, String>();
            metadata.put("format", "fullrank checkpoint 1");
            metadata.put(STEP, Long.toString(step));
            metadata.put(THREADS, Integer.toString(processors.threads()));
            if (processors.workers() > 1) {
                metadata.put(WORKERS, Integer.toString(processors.workers()));
            }
            metadata.put(DATA, origin.fingerprint());
            metadata.put(RECIPE, Yaml.json(origin.recipe()));
            if (origin.table() != null) {
                metadata.put(TABLE, origin.table().json());
            }
            SafeTensors.writeChecked(file, tensors, metadata);
        }
    }

    private static SequencedMap<String, Tensor> tensors(Method method) {
        var tensors = new LinkedHashMap<String, Tensor>();
        method.buffers().forEach((prefix, buffer) -> {
            for (Segment s : buffer.segments()) {
                tensors.put(MODEL + prefix + s.name(), s.view(buffer.values()));
            }
            for (Segment s : buffer.statisticSegments()) {
                tensors.put(MODEL + prefix + s.name(), s.view(buffer.statistics()));
            }
        });
        return tensors;
    }

    private static SequencedMap<String, Tensor> tensors(Method method, Optimizer optimizer) {
        SequencedMap<String, Tensor> tensors = tensors(method);
        optimizer
                .state()
                .forEach((name, vector) -> method.parameters()
                        .segments()
                        .forEach(s -> tensors.put(OPTIMIZER + name + "." + s.name(), s.view(vector))));
        return tensors;
    }

    /// The data, views and recipe of a training.
    ///
    /// @param fingerprint fingerprint of the data of the training
    /// @param views views of its items; vectors are standardized by the moments of these views
    /// @param recipe recipe of the training. Its data are replaced by the default, because the fingerprint
    ///     identifies them
    /// @param table how the columns of a table became vectors; null for other data
    record Origin(
            String fingerprint,
            ViewGenerator views,
            Recipe recipe,
            @Nullable TableSchema table) {
        static Origin of(Dataset data, ViewGenerator views, Recipe recipe) {
            return new Origin(data.fingerprint(), views, recipe.withData(DataSpec.defaults()), data.table());
        }
    }

    /// The changes of the recipe since the checkpoint was saved. The list is empty if the checkpoint has no
    /// recipe, as in older versions.
    static List<RecipeChange> changes(Path file, Origin origin) {
        try (var saved = SafeTensors.open(file)) {
            String recipe = saved.metadata().get(RECIPE);
            return recipe == null
                    ? List.of()
                    : RecipeChange.between(
                            Yaml.read("checkpoint " + file, recipe, Recipe.class, List.of()), origin.recipe());
        } catch (InputException e) {
            return List.of(); // a recipe of another version
        }
    }

    /// The moments with which the training standardized vectors or series; null if it learned from images.
    public static @Nullable ColumnMoments moments(Path file) {
        try (var saved = SafeTensors.open(file);
                var scope = Scope.open()) {
            long[] shape = saved.shape(MEAN);
            if (shape == null) {
                return null;
            }
            Tensor mean = Tensors.of(new float[Math.toIntExact(shape[0])], shape[0]);
            Tensor deviation = Tensors.of(new float[Math.toIntExact(shape[0])], shape[0]);
            saved.copyInto(MEAN, mean);
            saved.copyInto(DEVIATION, deviation);
            return ColumnMoments.of(Tensors.floats(mean), Tensors.floats(deviation));
        }
    }

    /// How the training read the columns of its table; null if it learned from something else.
    ///
    /// @throws InputException when the checkpoint is damaged
    public static @Nullable TableSchema table(Path file) {
        try (var saved = SafeTensors.open(file)) {
            String table = saved.metadata().get(TABLE);
            return table == null ? null : TableSchema.ofJson("checkpoint " + file, table);
        }
    }

    /// Whether a network has the architecture of a checkpoint.
    public static boolean fits(Path file, Method method) {
        try (var saved = SafeTensors.open(file);
                var scope = Scope.open()) {
            return tensors(method).entrySet().stream()
                    .allMatch(e -> Arrays.equals(saved.shape(e.getKey()), Tensors.shape(e.getValue())));
        }
    }

    /// Loads the network only.
    ///
    /// @return the step of the checkpoint
    /// @throws InputException when the file is damaged or has another architecture. In this case nothing was
    ///     changed
    public static long load(Path file, Method method) {
        try (var saved = SafeTensors.open(file);
                var scope = Scope.open()) {
            return copy(saved, tensors(method));
        }
    }

    /// Loads the network and the optimizer.
    public static long load(Path file, Method method, Optimizer optimizer, Origin origin) {
        try (var saved = SafeTensors.open(file);
                var scope = Scope.open()) {
            String trainedOn = saved.metadata().getOrDefault(DATA, "");
            if (!trainedOn.equals(origin.fingerprint())) {
                throw new InputException(
                        "checkpoint %s: found data of fingerprint %s, expected %s, the data of its run; a run resumes with"
                                        .formatted(file, origin.fingerprint(), trainedOn)
                                + " the same data; start another run for these");
            }
            return copy(saved, tensors(method, optimizer));
        }
    }

    /// Copies all tensors, or none if one is missing. Returns the step.
    private static long copy(SafeTensors saved, SequencedMap<String, Tensor> targets) {
        requireAll(saved, targets);
        targets.forEach(saved::copyInto);
        return step(saved);
    }

    private static void requireAll(SafeTensors saved, SequencedMap<String, Tensor> targets) {
        targets.forEach((name, target) -> {
            long[] found = saved.shape(name);
            long[] expected = Tensors.shape(target);
            if (found == null || !Arrays.equals(found, expected)) {
                throw new InputException(
                        "checkpoint %s: found %s %s, expected shape %s; it was saved from another architecture, use the"
                                        .formatted(
                                                saved.path(),
                                                found == null ? "no" : Arrays.toString(found) + " for",
                                                name,
                                                Arrays.toString(expected))
                                + " recipe that it was trained with");
            }
        });
    }

    /// The number of threads with which a checkpoint was written; 0 if it is from an older version, or from a
    /// training with another number of workers.
    static int threads(Path file, int workers) {
        try (var saved = SafeTensors.open(file)) {
            if (!saved.metadata().getOrDefault(WORKERS, "1").equals(Integer.toString(workers))) {
                return 0;
            }
            String threads = saved.metadata().getOrDefault(THREADS, "");
            return threads.matches("\\d{1,6}") ? Integer.parseInt(threads) : 0;
        }
    }

    /// The step of a checkpoint.
    public static long step(Path file) {
        try (var saved = SafeTensors.open(file)) {
            return step(saved);
        }
    }

    private static long step(SafeTensors saved) {
        String step = saved.metadata().getOrDefault(STEP, "");
        if (!step.matches("\\d{1,18}")) {
            throw new InputException("checkpoint %s: found step '%s' in its metadata, expected a number; use another"
                    .formatted(saved.path(), step));
        }
        return Long.parseLong(step);
    }

    /// Writes only the encoder, with torchvision's names and the batch counter of torchvision's norms.
    ///
    /// @param passes number of forward passes in training, which is the value of each `num_batches_tracked`
    static void exportEncoder(Path file, Method method, long passes) {
        exportEncoder(file, method, passes, Map.of());
    }

    /// The same with more entries in the metadata of the file.
    ///
    /// @param passes number of batches that the norms have seen
    public static void exportEncoder(Path file, Method method, long passes, Map<String, String> more) {
        var metadata = new LinkedHashMap<>(Map.of("format", "pt"));
        metadata.putAll(more);
        try (var scope = Scope.open()) {
            var tensors = new LinkedHashMap<String, Tensor>();
            Tensor count = Tensors.of(new int[] {Math.toIntExact(passes)}).squeeze(0);
            String prefix = MODEL + Method.ENCODER + ".";
            tensors(method).forEach((name, tensor) -> {
                if (name.startsWith(prefix)) {
                    String plain = name.substring(prefix.length());
                    tensors.put(plain, tensor);
                    if (plain.endsWith(".running_var")) {
                        tensors.put(plain.replace("running_var", "num_batches_tracked"), count);
                    }
                }
            });
            SafeTensors.write(file, tensors, metadata);
        }
    }
}
