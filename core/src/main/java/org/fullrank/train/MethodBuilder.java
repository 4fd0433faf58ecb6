package org.fullrank.train;

import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Precision;
import org.fullrank.method.Method;
import org.fullrank.method.MethodSpec;
import org.fullrank.net.EncoderSpec;
import org.fullrank.run.Recipe;
import org.fullrank.view.ViewGenerator;

/// Builds the network of a recipe for its data.
public final class MethodBuilder {
    private MethodBuilder() {}

    /// The network with its initial values, which depend on the recipe's seed alone.
    ///
    /// @throws InputException when the encoder cannot read such views
    public static Method build(Recipe recipe, ViewGenerator views, Device device) {
        return build(recipe, views, device, recipe.train().precision().resolve(device));
    }

    /// The same in a given precision.
    public static Method build(Recipe recipe, ViewGenerator views, Device device, Precision precision) {
        return Method.of(
                recipe.method(),
                recipe.encoder(),
                inputs(recipe.encoder(), views.shape()),
                recipe.seed(),
                Method.Setting.of(device, precision));
    }

    /// Whether the network of a recipe normalizes over a batch.
    static boolean hasBatchNorm(Recipe recipe) {
        boolean encoder = switch (recipe.encoder()) {
            case EncoderSpec.Mlp mlp -> mlp.batchNorm();
            case EncoderSpec.ResNet resnet -> true;
            case EncoderSpec.ConvNet convnet -> true;
            case EncoderSpec.Vgg vgg -> false;
        };
        boolean head = switch (recipe.method()) {
            case MethodSpec.Joint joint -> joint.projector().hasBatchNorm();
            case MethodSpec.Distillation distillation ->
                distillation.projector().hasBatchNorm();
            case MethodSpec.Local local -> false;
        };
        return encoder || head;
    }

    public static int inputs(EncoderSpec encoder, long[] shape) {
        long values = 1;
        for (long size : shape) {
            values *= size;
        }
        boolean image = shape.length == 3;
        return Math.toIntExact(
                switch (encoder) {
                    case EncoderSpec.Mlp mlp -> values;
                    case EncoderSpec.ResNet resnet -> channels(image, shape);
                    case EncoderSpec.ConvNet convnet -> channels(image, shape);
                    case EncoderSpec.Vgg vgg -> channels(image, shape);
                });
    }

    private static long channels(boolean image, long[] shape) {
        if (!image) {
            throw new InputException("encoder: found a convolutional network for vectors of %d features, expected one"
                            .formatted(shape[0])
                    + " for vectors; use --set encoder.type=mlp");
        }
        return shape[2];
    }
}
