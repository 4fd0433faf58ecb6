package org.fullrank.examples.runtime;

import java.nio.file.Path;
import java.util.Arrays;
import org.fullrank.runtime.Encoder;

/** Prints the embeddings of images: {@code EmbedImage encoder.onnx photo.jpg...}. */
final class EmbedImage {
    private EmbedImage() {}

    public static void main(String[] arguments) {
        try (var encoder = Encoder.open(Path.of(arguments[0]))) {
            for (int i = 1; i < arguments.length; i++) {
                System.out.println(Arrays.toString(encoder.embed(Path.of(arguments[i]))));
            }
        }
    }
}
