package org.fullrank.train;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.fullrank.engine.InputException;
import org.fullrank.export.ForeignConfig;
import org.fullrank.export.ForeignWeights;
import org.fullrank.method.Method;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.net.ResNet;
import org.fullrank.net.Vit;
import org.fullrank.run.Recipe;
import org.fullrank.run.RecipeChange;
import org.fullrank.settings.Yaml;
import org.fullrank.view.ImageViews;
import org.fullrank.view.Normalize;

/// Copies weights of a file into the encoder of a method, for [Recipe#weights] and [WeightImport]. A target network
/// that
/// follows the encoder gets the same weights.
final class InitialWeights {
    /// Difference of a mean or deviation that is more than rounding.
    private static final double ROUNDING = 1e-3;

    private InitialWeights() {}

    /// Copies the weights that a recipe names.
    ///
    /// @param notes gets a line for each thing that a reader should know
    /// @return what the weights are
    /// @throws InputException when the file has another encoder than the recipe, or cannot be read
    static String copy(Recipe recipe, Method method, Consumer<String> notes) {
        Path file = Path.of(recipe.weights());
        ForeignConfig config = ForeignConfig.inFolderOf(file);
        var hints = new ForeignWeights.Hints(null, null, heads(recipe.encoder(), config));
        try (var weights = ForeignWeights.open(file, hints)) {
            ForeignConfig stated = weights.card() == null ? config : ForeignConfig.of(weights.card());
            requireFit(recipe, weights, stated);
            int unread = copy(weights, method).size();
            if (unread > 0) {
                notes.accept(
                        "note: weights %s: %d tensors of heads and counters were not read".formatted(file, unread));
            }
            noteNormalization(recipe, stated, notes);
            return "the weights of %s: %s".formatted(file, weights.describe());
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

    /// No shape of a tensor tells the number of heads.
    private static Integer heads(EncoderSpec encoder, ForeignConfig config) {
        int own = encoder instanceof Vit vit ? vit.heads() : 1;
        return config.heads() > 0 ? config.heads() : own;
    }

    private static void requireFit(Recipe recipe, ForeignWeights weights, ForeignConfig config) {
        String refusal = config.refusal(weights.encoder());
        InputException.when(refusal != null, "weights %s: found %s", recipe.weights(), String.valueOf(refusal));
        Recipe any = Recipe.defaults();
        List<RecipeChange> others = RecipeChange.between(
                any.withEncoder(comparable(recipe.encoder())), any.withEncoder(comparable(weights.encoder())));
        InputException.unless(
                others.isEmpty(),
                "weights %s: found another encoder than in the recipe, expected the same; set %s",
                recipe.weights(),
                others.stream()
                        .filter(change -> !change.after().isMissingNode())
                        .map(change -> change.key() + "=" + change.after())
                        .collect(Collectors.joining(", ")));
        int side = weights.side();
        InputException.when(
                side > 0 && recipe.views() instanceof ImageViews views && views.size() != side,
                "weights %s: found positions for images of %d pixels, expected views.size; set views.size=%d",
                recipe.weights(),
                side,
                side);
    }

    /// Without what changes the initial values only, or the padding of the images.
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
                    "warning: weights %s: found no means and deviations of the pixels beside them, so those of the recipe are used, %s; set views.normalize to those of the weights"
                            .formatted(recipe.weights(), Yaml.json(own)));
        } else if (!own.isWithin(new Normalize(config.mean(), config.std()), ROUNDING)) {
            notes.accept(
                    "warning: weights %s: found other means and deviations of the pixels than in the recipe; set views.normalize=%s"
                            .formatted(recipe.weights(), Yaml.json(new Normalize(config.mean(), config.std()))));
        }
    }
}
