package org.fullrank.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import org.fullrank.image.ImageDecoder;
import org.fullrank.image.Pixels;

/// Decodes with the defaults and looks at pixels.
final class ImageAssertions {
    private ImageAssertions() {}

    static ImageDecoder.Decoded decode(byte[] encoded) throws IOException {
        return new ImageDecoder(DataSpec.of("x").imageLimits()).decode(encoded);
    }

    /// Red, green and blue of a pixel.
    static int[] pixel(byte[] encoded, int y, int x) throws IOException {
        Pixels pixels = decode(encoded).pixels();
        int at = 3 * (y * pixels.width() + x);
        return new int[] {pixels.rgb()[at] & 0xFF, pixels.rgb()[at + 1] & 0xFF, pixels.rgb()[at + 2] & 0xFF};
    }

    /// The first pixel is this one, give or take `levels` in each channel.
    static void assertFirst(byte[] encoded, int levels, int... rgb) throws IOException {
        int[] found = pixel(encoded, 0, 0);
        for (int c = 0; c < 3; c++) {
            assertThat(found[c])
                    .as("channel %d of %s", c, Arrays.toString(found))
                    .isBetween(rgb[c] - levels, rgb[c] + levels);
        }
    }

    static void assertRefused(byte[] encoded, String... says) {
        assertThatThrownBy(() -> decode(encoded))
                .isInstanceOf(IOException.class)
                .hasMessageNotContaining("\n")
                .message()
                .contains(says);
    }
}
