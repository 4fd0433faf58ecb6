package org.fullrank.train;

import org.fullrank.engine.Device;
import org.fullrank.engine.Precision;
import org.fullrank.method.Method;
import org.fullrank.method.MethodSpec;
import org.fullrank.run.Recipe;
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
        return Method.of(
                recipe.method(), recipe.encoder(), views.shape(), recipe.seed(), Method.Setting.of(device, precision));
    }

    /// Whether the network of a recipe normalizes over a batch.
    static boolean hasBatchNorm(Recipe recipe) {
        boolean head = switch (recipe.method()) {
            case MethodSpec.Joint joint -> joint.projector().hasBatchNorm();
            case MethodSpec.Distillation distillation ->
                distillation.projector().hasBatchNorm();
            case MethodSpec.Local _, MethodSpec.ClosedForm _ -> false;
        };
        return recipe.encoder().hasBatchNorm() || head;
    }
}
