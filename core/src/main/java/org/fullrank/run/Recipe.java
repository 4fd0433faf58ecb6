package org.fullrank.run;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.fullrank.data.DataSpec;
import org.fullrank.engine.InputException;
import org.fullrank.method.MethodSpec;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.ResNet;
import org.fullrank.optim.GroupSpec;
import org.fullrank.optim.OptimizerSpec;
import org.fullrank.optim.ScheduleSpec;
import org.fullrank.settings.Nearest;
import org.fullrank.view.ImageViews;
import org.fullrank.view.ViewSpec;

/// All settings of a training run. Two runs with equal recipes on equal data give equal weights.
///
/// @param name lower-case words joined by hyphens; it is part of the name of the run folder
/// @param about one line for the list of recipes, may be empty
/// @param seed key of every random draw
/// @param weights path of a safetensors file with the initial weights of the encoder; [#NO_WEIGHTS] for random ones
/// @param groups groups of parameters that the optimizer treats differently
public record Recipe(
        String name,
        String about,
        long seed,
        DataSpec data,
        ViewSpec views,
        EncoderSpec encoder,
        String weights,
        MethodSpec method,
        OptimizerSpec optimizer,
        ScheduleSpec schedule,
        GroupSpec groups,
        TrainSpec train,
        MonitorSpec monitor,
        CheckpointSpec checkpoints) {
    /// Any number is suitable. This one is easy to remember.
    public static final long DEFAULT_SEED = 1;

    /// The value of `weights` for random initial weights.
    public static final String NO_WEIGHTS = "none";

    public Recipe {
        InputException.unless(
                name.matches("[A-Za-z0-9][A-Za-z0-9._-]*"),
                "name: found \"%s\", expected letters, digits, dots and hyphens, such as shapes-vicreg",
                name);
        if (about.contains("\n")) {
            throw new InputException("about: found several lines, expected one");
        }
        method.requireTrains(encoder);
        requireLayers("method", encoder, method.layers());
        requireLayers("monitor.layers", encoder, monitor.layers());
        schedule.requireEpochs(train.epochs());
        InputException.when(
                views.views() < method.leastViews(),
                "views.views: found %d, expected at least %d, because the method compares views of an item; raise it",
                views.views(),
                method.leastViews());
        InputException.when(
                views instanceof ImageViews images && !images.growth().isEmpty() && !encoder.readsAnySize(),
                "views.growth: found views of several sizes, but this encoder can read only one size; use the encoder resnet,"
                        + " vgg, or convnet without orthogonal, or leave out views.growth");
        method.requireBatch(train.batch());
        InputException.when(
                groups.needsPredictor() && !method.trainsPredictor(),
                "groups: found a rate or a decay of the predictor, expected none, because the method"
                        + " has no predictor that an optimizer moves; leave out groups or set method.predictor");
        InputException.when(
                groups.orthogonal().contains(GroupSpec.PREDICTOR_MATRIX) && method.overwritesPredictor(),
                "groups.orthogonal: found predictor.weight, expected no matrix that the method itself sets or makes"
                        + " symmetric; use method.predictor.type=linear without symmetric");
    }

    /// The defaults of every recipe file: missing keys get these values.
    public static Recipe defaults() {
        return new Recipe(
                "custom",
                "",
                DEFAULT_SEED,
                DataSpec.defaults(),
                ViewSpec.named("shapes"),
                ResNet.defaults(),
                NO_WEIGHTS,
                MethodSpec.Joint.defaults(),
                OptimizerSpec.Lars.defaults(),
                ScheduleSpec.defaults(),
                GroupSpec.defaults(),
                TrainSpec.defaults(),
                MonitorSpec.defaults(),
                CheckpointSpec.defaults());
    }

    /// Refuses a recipe that is fitted by eigenvectors where one is trained.
    ///
    /// @throws InputException unless its method is trained
    public void requireTrained() {
        InputException.unless(
                method.isTrained(),
                "recipe %s: found method closed-form, expected one that is trained, because a closed form has no steps and"
                        + " no optimizer; fit it again with fullrank spectral",
                name);
    }

    /// The recipe of a map that is fitted by eigenvectors. Its sections about training have their defaults,
    /// of which only the device and the threads are used.
    ///
    /// @param encoder `kernel-map` or `linear`
    public static Recipe closedForm(String about, EncoderSpec encoder, MethodSpec.ClosedForm method) {
        Recipe base = defaults();
        return new Recipe(
                "closed-form",
                about,
                base.seed,
                base.data,
                base.views,
                encoder,
                NO_WEIGHTS,
                method,
                base.optimizer,
                base.schedule,
                base.groups,
                base.train,
                base.monitor,
                base.checkpoints);
    }

    private static void requireLayers(String subject, EncoderSpec encoder, List<String> layers) {
        if (layers.isEmpty()) {
            return;
        }
        List<String> known = encoder.blocks();
        for (String name : layers) {
            if (!known.contains(name)) {
                throw new InputException("%s: found layer %s, expected one of the encoder's: %s%s"
                        .formatted(subject, name, String.join(", ", known), Nearest.hint(name, known)));
            }
        }
    }

    /// The same with other data.
    public Recipe withData(DataSpec other) {
        return with(seed, other);
    }

    /// The same with other random draws.
    public Recipe withSeed(long other) {
        return with(other, data);
    }

    /// The same with absolute paths of the data and the weights, so that a run can be read from any folder.
    /// Built-in names do not change.
    public Recipe withAbsolutePaths() {
        String file = hasWeights() ? absolute(weights) : weights;
        return with(seed, data.withPath(absolute(data.path())), views, encoder, file);
    }

    private static String absolute(String path) {
        try {
            Path given = Path.of(path);
            return Files.exists(given) ? given.toAbsolutePath().normalize().toString() : path;
        } catch (InvalidPathException e) {
            return path; // opening it says what is wrong
        }
    }

    /// Whether the encoder begins with the weights of a file.
    public boolean hasWeights() {
        return !weights.equals(NO_WEIGHTS);
    }

    /// The same with another encoder.
    public Recipe withEncoder(EncoderSpec other) {
        return with(seed, data, views, other, weights);
    }

    /// The same with other views.
    public Recipe withViews(ViewSpec other) {
        return with(seed, data, other, encoder, weights);
    }

    private Recipe with(long otherSeed, DataSpec otherData) {
        return with(otherSeed, otherData, views, encoder, weights);
    }

    private Recipe with(
            long otherSeed, DataSpec otherData, ViewSpec otherViews, EncoderSpec otherEncoder, String otherWeights) {
        return new Recipe(
                name,
                about,
                otherSeed,
                otherData,
                otherViews,
                otherEncoder,
                otherWeights,
                method,
                optimizer,
                schedule,
                groups,
                train,
                monitor,
                checkpoints);
    }
}
