package org.fullrank.train;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.fullrank.engine.InputException;
import org.fullrank.export.ForeignConfig;
import org.fullrank.export.ForeignWeights;
import org.fullrank.export.WeightFile;
import org.fullrank.method.Method;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.net.ResNet;
import org.fullrank.run.Recipe;
import org.fullrank.settings.Yaml;
import org.fullrank.view.ImageViews;
import org.fullrank.view.Normalize;

/// Copies weights of a file into the encoder of a method, for [Recipe#weights] and [WeightImport]. A target
/// network that follows the encoder gets the same weights.
public final class InitialWeights {
    /// A larger difference between means or deviations is not rounding.
    private static final double ROUNDING = 1e-3;

    private InitialWeights() {}

    /// Checks the weights that a recipe names, if any, before anything is computed.
    ///
    /// @throws InputException when the file has another encoder than the recipe, or cannot be read
    public static void requireFit(Recipe recipe) {
        if (recipe.hasWeights()) {
            open(recipe).close();
        }
    }

    private static WeightFile open(Recipe recipe) {
        WeightFile file = WeightFile.open(Path.of(recipe.weights()), ForeignWeights.Hints.NONE);
        try {
            requireFit(recipe, file.weights());
            return file;
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /// Copies the weights that a recipe names.
    ///
    /// @param notes gets a line for each thing that a reader should know
    /// @return what the weights are
    /// @throws InputException when the file has another encoder than the recipe, or cannot be read
    public static String copy(Recipe recipe, Method method, Consumer<String> notes) {
        try (WeightFile file = open(recipe)) {
            int unread = copy(file.weights(), method).size();
            file.notes().forEach(notes);
            if (unread > 0 && file.weights().card() == null) {
                notes.accept("note: weights %s: %d tensors were not read: classification heads and batch counters"
                        .formatted(recipe.weights(), unread));
            }
            noteNormalization(recipe, file.config(), notes);
            return "the weights of %s: %s"
                    .formatted(recipe.weights(), file.weights().describe());
        }
    }

    /// Copies weights.
    ///
    /// @return the tensors of heads and counters that were not read
    /// @throws InputException when the weights do not fit the encoder
    static List<String> copy(ForeignWeights weights, Method method) {
        List<String> unread = List.of();
        for (ParameterBuffer buffer : method.buffers().values()) {
            unread = weights.copyInto(buffer, Method.ENCODER + ".");
        }
        return unread;
    }

    private static void requireFit(Recipe recipe, ForeignWeights weights) {
        EncoderSpec found = comparable(weights.encoder());
        InputException.unless(
                comparable(recipe.encoder()).equals(found),
                "weights %s: found another encoder than that of the recipe, expected the same; add --set 'encoder=%s'",
                recipe.weights(),
                text(found));
        int side = weights.side();
        InputException.when(
                side > 0 && recipe.views() instanceof ImageViews views && views.size() != side,
                "weights %s: found positions for images of %d pixels, expected views.size; set views.size=%d",
                recipe.weights(),
                side,
                side);
    }

    /// An encoder as the value of a setting.
    private static String text(EncoderSpec encoder) {
        String recipe = Yaml.json(Recipe.defaults().withEncoder(encoder));
        return Yaml.parseValue("recipe", recipe).path("encoder").toString();
    }

    /// The encoder without the settings that change only the initial values or the padding. The weights fit any of
    /// them.
    private static EncoderSpec comparable(EncoderSpec encoder) {
        return encoder instanceof ResNet(int depth, ResNet.Stem stem, double width, boolean _)
                ? new ResNet(depth, stem == ResNet.Stem.CIFAR_PAD2 ? ResNet.Stem.CIFAR : stem, width, false)
                : encoder;
    }

    private static void noteNormalization(Recipe recipe, ForeignConfig config, Consumer<String> notes) {
        if (!(recipe.views() instanceof ImageViews views)) {
            return;
        }
        Normalize own = views.normalize();
        if (config.mean().isEmpty() || config.std().isEmpty()) {
            notes.accept(
                    "warning: weights %s: found no configuration with means and deviations of the pixels, so those of the recipe are used: %s; if the weights need others, set views.normalize"
                            .formatted(recipe.weights(), text(own)));
        } else if (!own.isWithin(new Normalize(config.mean(), config.std()), ROUNDING)) {
            notes.accept(
                    "warning: weights %s: found other means and deviations of the pixels than in the recipe; set views.normalize=%s"
                            .formatted(recipe.weights(), text(new Normalize(config.mean(), config.std()))));
        }
    }

    private static String text(Normalize normalize) {
        return "{mean: %s, std: %s}".formatted(normalize.mean(), normalize.std());
    }
}
