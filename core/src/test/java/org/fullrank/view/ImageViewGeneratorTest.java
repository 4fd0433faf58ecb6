package org.fullrank.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.fullrank.data.Images;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageViewGeneratorTest {
    private static final int N = 37;

    private final Images color = images(3);
    private final ImageViews spec =
            ((ImageViews) ViewPresets.named("vicreg")).withSize(20).withViews(3);

    private static Images images(int channels) {
        return Images.of(ReferenceImage.randomPixels(N * 24, 18, channels, Keyed.of(2)), 24, 18, channels);
    }

    private static float[] fill(ViewGenerator generator, int epoch, int view, int... indices) {
        long[] shape = generator.shape().memory();
        long size = Arrays.stream(shape).reduce(indices.length, (a, b) -> a * b);
        MemorySegment out = Arena.ofAuto().allocate(size * Float.BYTES, Float.BYTES);
        generator.fill(indices, epoch, view, out);
        return out.toArray(ValueLayout.JAVA_FLOAT);
    }

    private ViewGenerator generator(long seed, int threads) {
        return ViewGenerator.of(color, spec, seed, threads);
    }

    @Test
    void theSameKeyGivesTheSamePixels() {
        int[] all = IntStream.range(0, N).toArray();
        assertThat(fill(generator(1, 1), 4, 2, all)).containsExactly(fill(generator(1, 1), 4, 2, all));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 5})
    void theNumberOfThreadsDoesNotEnter(int threads) {
        int[] all = IntStream.range(0, N).toArray();
        assertThat(fill(generator(1, threads), 4, 1, all)).containsExactly(fill(generator(1, 1), 4, 1, all));
    }

    @Test
    void theOtherImagesOfTheBatchDoNotEnter() {
        ViewGenerator generator = generator(1, 2);
        float[] alone = fill(generator, 3, 0, 11);
        float[] last = fill(generator, 3, 0, 30, 2, 5, 7, 9, 11);
        assertThat(Arrays.copyOfRange(last, 5 * alone.length, 6 * alone.length)).containsExactly(alone);
    }

    @Test
    void aSubsetHasTheViewsOfTheWhole() {
        ViewGenerator part = ViewGenerator.of(color.subset(new int[] {20, 11}), spec, 1, 1);
        assertThat(fill(part, 3, 0, 1)).containsExactly(fill(generator(1, 1), 3, 0, 11));
    }

    @Test
    void seedEpochImageAndViewEachChangeTheView() {
        float[] view = fill(generator(1, 1), 3, 0, 11);
        assertThat(fill(generator(2, 1), 3, 0, 11)).isNotEqualTo(view);
        assertThat(fill(generator(1, 1), 4, 0, 11)).isNotEqualTo(view);
        assertThat(fill(generator(1, 1), 3, 2, 11)).isNotEqualTo(view);
        assertThat(fill(generator(1, 1), 3, 0, 12)).isNotEqualTo(view);
    }

    @Test
    void viewsTakeTurnsThroughThePipelines() {
        assertThat(spec.pipeline(0)).isEqualTo(spec.pipeline(2)).isNotEqualTo(spec.pipeline(1));
        assertThat(spec.pipeline(0).blur().p()).isEqualTo(1);
        assertThat(spec.pipeline(1).blur().p()).isEqualTo(0.1);
        assertThat(spec.pipeline(1).solarize().p()).isEqualTo(0.2);
    }

    @Test
    void grayImagesStayOneChannelInAnyRecipe() {
        ViewGenerator generator = ViewGenerator.of(images(1), spec, 1, 1);
        assertThat(generator.shape()).isEqualTo(new InputShape.Image(1, 20, 20));
        assertThat(fill(generator, 0, 0, 1, 2)).hasSize(2 * 20 * 20).doesNotContain(Float.NaN);
    }

    @Test
    void plainViewsHoldTheNormalizedPixels() {
        ImageViews plain = spec.withSize(18).withNormalize(Normalize.CIFAR10);
        MemorySegment out = Arena.ofAuto().allocate(18 * 18 * 3 * 4L, 4);
        ViewGenerator.of(color, plain, 1, 1).fillPlain(new int[] {6}, out);
        float[] view = out.toArray(ValueLayout.JAVA_FLOAT);
        byte[] pixels = color.copy(6);
        for (int y = 0; y < 18; y++) {
            for (int i = 0; i < 18 * 3; i++) {
                double value = (pixels[(y + 3) * 54 + i] & 0xFF) / 255.0;
                double mean = Normalize.CIFAR10.mean().get(i % 3);
                double std = Normalize.CIFAR10.std().get(i % 3);
                assertThat((double) view[y * 54 + i]).isCloseTo((value - mean) / std, within(1e-5));
            }
        }
    }

    @Test
    void wrongIndicesAreRefused() {
        ViewGenerator generator = generator(1, 2);
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> fill(generator, 0, 3, 1));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> fill(generator, 0, 0, N));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> fill(generator, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, N));
    }

    @Test
    void settingsForVectorsAreRefused() {
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> ViewGenerator.of(color, VectorViews.DEFAULT, 1, 1))
                .withMessageContaining("images");
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> generator(1, 0))
                .withMessageContaining("threads is 0");
    }
}
