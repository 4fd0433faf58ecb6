package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.fullrank.data.Split;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.api.Test;

class WarpTest {
    private static final int SIDE = SevenSegments.SIDE;
    private static final GrayImages IMAGES = GrayImages.of(null, Split.TRAIN, 0, 2);

    private static float[] warped(float[] image, Warp warp) {
        try (var scope = Scope.withoutGradients()) {
            return Tensors.floats(Warp.apply(Tensors.of(image, 1, image.length), List.of(warp)));
        }
    }

    @Test
    void noRotationAndTheWholeImageChangeNothing() {
        float[] image = IMAGES.pixels()[0];
        for (Warp warp : List.of(Warp.none(), Warp.rotation(0), Warp.crop(1, 0, 0))) {
            assertThat(warped(image, warp)).usingComparatorWithPrecision(1e-5f).containsExactly(image);
        }
    }

    @Test
    void aRightAngleMovesEachPixelOntoAnother() {
        float[] image = IMAGES.pixels()[0];
        float[] turned = warped(image, Warp.rotation(90));
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) { // (x, y) of the view is read at (-y, x) of the image
                float read = image[x * SIDE + SIDE - 1 - y];
                assertThat(turned[y * SIDE + x]).isCloseTo(read, within(1e-4f));
            }
        }
    }

    @Test
    void aCropShowsAPartOfARampWithHalfItsSlope() {
        float[] ramp = new float[SIDE * SIDE];
        for (int i = 0; i < ramp.length; i++) {
            ramp[i] = i % SIDE;
        }
        float[] view = warped(ramp, Warp.crop(0.5, 0.25, -0.5));
        for (int x = 0; x < SIDE; x++) { // centers: pixel x is at (2 x + 1) / SIDE - 1
            double at = 0.5 * ((2 * x + 1.0) / SIDE - 1) + 0.25;
            assertThat((double) view[5 * SIDE + x]).isCloseTo(((at + 1) * SIDE - 1) / 2, within(1e-3));
        }
    }

    @Test
    void eachImageOfABatchHasItsOwnWarp() {
        try (var scope = Scope.withoutGradients()) {
            float[] both = Tensors.floats(Warp.apply(IMAGES.tensor(), List.of(Warp.none(), Warp.rotation(20))));
            float[] second = Arrays.copyOfRange(both, GrayImages.PIXELS, both.length);
            assertThat(second)
                    .usingComparatorWithPrecision(1e-6f)
                    .containsExactly(warped(IMAGES.pixels()[1], Warp.rotation(20)));
        }
    }
}
