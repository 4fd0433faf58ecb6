package org.fullrank.train;

import java.util.List;
import java.util.function.Consumer;
import org.fullrank.engine.Device;
import org.fullrank.engine.Precision;
import org.fullrank.method.Method;
import org.fullrank.method.MethodSpec;
import org.fullrank.net.NetworkBuilder;
import org.fullrank.optim.OrthogonalGroup;
import org.fullrank.run.Recipe;
import org.fullrank.view.Growth;
import org.fullrank.view.ImageViews;
import org.fullrank.view.InputShape;
import org.fullrank.view.ViewGenerator;

/// Builds the network of a recipe for the shape of its data.
public final class MethodBuilder {
    private MethodBuilder() {}

    /// The network with its initial values, which depend only on the recipe's seed.
    ///
    /// @throws org.fullrank.engine.InputException when the encoder does not accept these views
    public static Method build(Recipe recipe, ViewGenerator views, Device device) {
        return build(recipe, views, device, recipe.train().precision().resolve(device));
    }

    /// The same with a given precision.
    public static Method build(Recipe recipe, ViewGenerator views, Device device, Precision precision) {
        return build(recipe, views, Method.Setting.of(device, precision), _ -> {});
    }

    /// The same.
    ///
    /// @param note receives a line about each initial value that the recipe changes
    static Method build(Recipe recipe, ViewGenerator views, Method.Setting setting, Consumer<String> note) {
        requireSizes(recipe, views.shape());
        Method method = Method.of(recipe.method(), recipe.encoder(), views.shape(), recipe.seed(), setting);
        try {
            var orthogonal = OrthogonalGroup.of(recipe.groups(), method.parameters());
            List<String> drawn = orthogonal.start(method.buffers().values(), recipe.seed());
            for (String matrix : orthogonal.describe(method.parameters())) {
                boolean isDrawn = drawn.stream().anyMatch(name -> matrix.startsWith(name + " "));
                note.accept("%s stays orthogonal; its initial values are %s"
                        .formatted(matrix, isDrawn ? "drawn at random" : "those of its layer"));
            }
            return method;
        } catch (RuntimeException e) {
            method.close();
            throw e;
        }
    }

    /// Lets the encoder refuse views that are too small for it.
    private static void requireSizes(Recipe recipe, InputShape full) {
        if (recipe.views() instanceof ImageViews views && full instanceof InputShape.Image image) {
            for (Growth part : views.growth()) {
                recipe.encoder()
                        .build(new NetworkBuilder(0), new InputShape.Image(image.channels(), part.size(), part.size()));
            }
        }
    }

    /// Whether the network of a recipe normalizes over a batch.
    static boolean hasBatchNorm(Recipe recipe) {
        boolean head = switch (recipe.method()) {
            case MethodSpec.Joint joint -> joint.projector().hasBatchNorm();
            case MethodSpec.Metric metric -> metric.projector().hasBatchNorm();
            case MethodSpec.Distillation distillation ->
                distillation.projector().hasBatchNorm();
            case MethodSpec.Local _, MethodSpec.ClosedForm _ -> false;
        };
        return recipe.encoder().hasBatchNorm() || head;
    }
}
