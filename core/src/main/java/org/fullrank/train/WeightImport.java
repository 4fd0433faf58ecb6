package org.fullrank.train;

import java.util.List;
import org.fullrank.data.DataSpec;
import org.fullrank.data.Images;
import org.fullrank.engine.Device;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Threads;
import org.fullrank.export.ForeignWeights;
import org.fullrank.method.Method;
import org.fullrank.run.Metrics;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunFolder;
import org.fullrank.run.RunStatus;
import org.fullrank.view.ViewGenerator;

/// Writes weights of another project as a run, with one checkpoint at step 0. So everything that reads a run reads
/// them too. The parts of the method behind the encoder have their initial values.
public final class WeightImport implements AutoCloseable {
    private static final long BEFORE_ALL = -1;

    private final Recipe recipe;
    private final ViewGenerator views;
    private final Method method;
    private final int threads;
    private final List<String> unread;

    /// Builds the network of a recipe and copies the weights into it. A target network that follows the encoder gets
    /// the same weights.
    ///
    /// @param recipe with the encoder of the weights
    /// @throws org.fullrank.engine.InputException when the weights do not fit the encoder
    public WeightImport(Recipe recipe, ForeignWeights weights) {
        this.recipe = recipe;
        threads = Threads.resolve(recipe.train().threads());
        Images blank = Images.of(new byte[weights.channels()], 1, 1, weights.channels());
        views = ViewGenerator.of(blank, recipe.views(), recipe.seed(), threads);
        method = MethodBuilder.build(recipe, views, Device.CPU, Precision.FP32);
        try {
            unread = InitialWeights.copy(weights, method);
        } catch (RuntimeException e) {
            method.close();
            throw e;
        }
    }

    /// The tensors of heads and counters that were not read.
    public List<String> unread() {
        return unread;
    }

    /// Writes the checkpoint, the encoder and the end of a run.
    ///
    /// @param folder made with the recipe
    public void write(RunFolder folder) {
        try (Metrics metrics = folder.metrics(BEFORE_ALL)) {
            var checkpoints = new Checkpoints(folder.checkpoints(), recipe.checkpoints());
            var origin = new Checkpoint.Origin("imported", views, recipe.withData(DataSpec.defaults()), null);
            Checkpoint.save(checkpoints.file(0), method, null, 0, origin, threads);
            Checkpoint.exportEncoder(folder.path().resolve("encoder.safetensors"), method, 0);
            metrics.end(RunStatus.FINISHED, 0, "imported weights: no steps, so no curves and no checks");
        }
    }

    @Override
    public void close() {
        method.close();
    }
}
