package org.fullrank.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WavTest {
    @TempDir
    Path folder;

    /// A file, byte by byte.
    private static byte[] wav(int format, int channels, int bits, byte[] data) {
        var bytes = ByteBuffer.allocate(44 + data.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(36 + data.length);
        bytes.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
        bytes.putShort((short) format).putShort((short) channels).putInt(8000);
        bytes.putInt(8000 * channels * bits / 8)
                .putShort((short) (channels * bits / 8))
                .putShort((short) bits);
        bytes.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(data.length);
        return bytes.put(data).array();
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("a.wav"), bytes);
    }

    @Test
    void channelsOfPcmAndFloatsAreRead() throws IOException {
        var shorts = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        shorts.putShort((short) 16384)
                .putShort((short) -32768)
                .putShort((short) 1)
                .putShort((short) 0);
        Wav stereo = Wav.read(write(wav(1, 2, 16, shorts.array())));
        assertThat(stereo.rate()).isEqualTo(8000);
        assertThat(stereo.channels()[0]).containsExactly(new double[] {0.5, 1 / 32768.0}, within(1e-4));
        assertThat(stereo.channels()[1]).containsExactly(new double[] {-1, 0}, within(1e-4));
        var floats = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(0.25f)
                .putFloat(-0.75f);
        assertThat(Wav.read(write(wav(3, 1, 32, floats.array()))).channels()[0]).containsExactly(0.25, -0.75);
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        double[] samples = {0, 0.5, -0.25, 0.9, -1, 3};
        Path file = folder.resolve("b.wav");
        Wav.write(file, 16000, samples);
        assertThat(Wav.matches(file)).isTrue();
        Wav read = Wav.read(file);
        assertThat(read.rate()).isEqualTo(16000);
        samples[5] = 1; // cut
        assertThat(read.channels()[0]).containsExactly(samples, within(1e-4));
    }

    @Test
    void damagedFilesAreRefusedInOneLine() throws IOException {
        byte[] whole = wav(1, 1, 16, new byte[100]);
        Path cut = write(Arrays.copyOf(whole, 90));
        assertThatThrownBy(() -> Wav.read(cut))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found 23 samples, expected 50 as its header says; get the file again");
        Path other = write(wav(85, 1, 16, new byte[100])); // MP3 inside
        assertThatThrownBy(() -> Wav.read(other))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected PCM; save it again as 16-bit PCM");
        assertThatThrownBy(() -> Wav.read(folder.resolve("none.wav")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no such file");
        assertThat(Wav.matches(folder.resolve("none.wav"))).isFalse();
    }
}
