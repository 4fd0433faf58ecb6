package org.fullrank.view;

import org.fullrank.engine.InputException;
import org.fullrank.text.Numbers;

/// The shape of one input of an encoder, which is one view of an item.
public sealed interface InputShape {
    /// Number of values of one input.
    int values();

    /// The sizes of one input in the memory that a [ViewGenerator] fills.
    long[] memory();

    /// The kind and the sizes in words, such as `vectors of 12 features`.
    String describe();

    /// This shape as the shape of an image.
    ///
    /// @param encoder name of an encoder that accepts only images, such as `a convolutional network`
    /// @throws InputException when it is not the shape of an image
    default Image requireImage(String encoder) {
        if (this instanceof Image image) {
            return image;
        }
        throw other(encoder);
    }

    /// This shape as the shape of a series.
    ///
    /// @param encoder name of an encoder that accepts only series, such as `a recurrent network`
    /// @throws InputException when it is not the shape of a series
    default Series requireSeries(String encoder) {
        if (this instanceof Series series) {
            return series;
        }
        throw other(encoder);
    }

    private InputException other(String encoder) {
        String kind = switch (this) {
            case Image _ -> "images; use --set encoder.type=resnet";
            case Features _ -> "vectors; use --set encoder.type=mlp";
            case Series _ -> "series; use --set encoder.type=resnet1d";
        };
        return new InputException("encoder: found %s for %s, expected one for %s".formatted(encoder, describe(), kind));
    }

    /// An image, `[C, H, W]` for the encoder, `[H, W, C]` in memory.
    record Image(int channels, int height, int width) implements InputShape {
        @Override
        public int values() {
            return Math.multiplyExact(channels, Math.multiplyExact(height, width));
        }

        @Override
        public long[] memory() {
            return new long[] {height, width, channels};
        }

        @Override
        public String describe() {
            String color = channels == 1 ? "gray" : channels == 3 ? "color" : channels + "-channel";
            return "%s images of %d x %d pixels".formatted(color, height, width);
        }
    }

    /// A vector, `[F]`.
    ///
    /// @param count the number of features F
    record Features(int count) implements InputShape {
        @Override
        public int values() {
            return count;
        }

        @Override
        public long[] memory() {
            return new long[] {count};
        }

        @Override
        public String describe() {
            return "vectors of %d features".formatted(count);
        }
    }

    /// A series, `[C, L]`.
    ///
    /// @param length the number of steps L in time
    record Series(int channels, int length) implements InputShape {
        @Override
        public int values() {
            return Math.multiplyExact(channels, length);
        }

        @Override
        public long[] memory() {
            return new long[] {channels, length};
        }

        @Override
        public String describe() {
            return "series of %s and %s".formatted(Numbers.count(channels, "channel"), Numbers.count(length, "step"));
        }
    }
}
