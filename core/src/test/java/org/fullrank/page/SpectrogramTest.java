package org.fullrank.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class SpectrogramTest {
    private static final double RATE = 8000;
    private static final int BLACK = 0xFF000000;
    private static final int WHITE = 0xFFFFFFFF;

    private static double[] tone(double hertz, int samples) {
        double[] tone = new double[samples];
        Arrays.setAll(tone, t -> 0.3 * Math.sin(2 * Math.PI * hertz * t / RATE));
        return tone;
    }

    private static BufferedImage picture(double[]... channels) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(Spectrogram.png(channels, RATE)));
    }

    @Test
    void aToneIsABlackLineAtItsFrequency() throws IOException {
        BufferedImage picture = picture(tone(1000, 8000), tone(3000, 8000));
        assertThat(picture.getHeight()).isEqualTo(2 * 128 + 2);
        assertThat(picture.getWidth()).isEqualTo(8000 / 64);
        for (int x = 0; x < picture.getWidth(); x++) {
            assertThat(picture.getRGB(x, 127 - 32)).isEqualTo(BLACK); // 1000 Hz is bin 32 of 31.25 Hz
            assertThat(picture.getRGB(x, 127 - 96)).isEqualTo(WHITE);
            assertThat(picture.getRGB(x, 130 + 127 - 96)).isEqualTo(BLACK);
            assertThat(picture.getRGB(x, 130 + 127 - 32)).isEqualTo(WHITE);
        }
    }

    @Test
    void theBeginningIsOnTheLeft() throws IOException {
        double[] sound = tone(1000, 8000);
        Arrays.fill(sound, 4000, 8000, 0);
        BufferedImage picture = picture(sound);
        assertThat(picture.getRGB(10, 127 - 32)).isEqualTo(BLACK);
        assertThat(picture.getRGB(picture.getWidth() - 10, 127 - 32)).isEqualTo(WHITE);
    }

    @Test
    void aLongRecordingHasAsManyWindowsAsThePictureIsWideAndAShortOneHasOne() throws IOException {
        assertThat(picture(tone(1000, 200_000)).getWidth()).isEqualTo(Spectrogram.MOST_WINDOWS);
        assertThat(picture(tone(1000, 20)).getWidth()).isEqualTo(1);
        assertThat(picture(new double[500]).getRGB(0, 0)).isEqualTo(WHITE); // silence
    }
}
