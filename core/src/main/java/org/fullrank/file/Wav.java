package org.fullrank.file;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import javax.sound.sampled.UnsupportedAudioFileException;
import org.fullrank.engine.InputException;

/// Sound from a WAV file.
///
/// @param rate samples per second
/// @param channels `[channels][samples]`, from -1 to 1
public record Wav(float rate, double[][] channels) {
    private static final int HEAD_BYTES = 12;

    /// Whether a file begins like a WAV file.
    public static boolean matches(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            String head = new String(in.readNBytes(HEAD_BYTES), StandardCharsets.ISO_8859_1);
            return head.startsWith("RIFF") && head.endsWith("WAVE");
        } catch (IOException e) {
            return false; // whoever reads it next says what is wrong
        }
    }

    /// Reads PCM of 8 to 32 bits or floating point.
    ///
    /// @throws InputException when the file is missing, damaged, or has another encoding
    public static Wav read(Path file) {
        try (var raw = new BufferedInputStream(Files.newInputStream(file));
                AudioInputStream sound = AudioSystem.getAudioInputStream(raw)) {
            AudioFormat found = sound.getFormat();
            int channels = found.getChannels();
            var wanted = new AudioFormat(
                    AudioFormat.Encoding.PCM_FLOAT,
                    found.getSampleRate(),
                    Float.SIZE,
                    channels,
                    Float.BYTES * channels,
                    found.getSampleRate(),
                    false);
            byte[] bytes = AudioSystem.getAudioInputStream(wanted, sound).readAllBytes();
            requireWhole(file, sound.getFrameLength(), bytes.length / (Float.BYTES * channels));
            return new Wav(found.getSampleRate(), channels(bytes, channels));
        } catch (IOException | UnsupportedAudioFileException | IllegalArgumentException e) {
            throw new InputException(
                    "WAV file %s: cannot be read (%s), expected PCM; save it again as 16-bit PCM"
                            .formatted(file, Inputs.reason(e)),
                    e);
        }
    }

    private static void requireWhole(Path file, long expected, long found) {
        InputException.when(
                found < expected,
                "WAV file %s: found %d samples, expected %d as its header says; get the file again",
                file,
                found,
                expected);
    }

    private static double[][] channels(byte[] bytes, int count) {
        var values = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        double[][] channels = new double[count][values.capacity() / count];
        for (int i = 0; i < channels[0].length; i++) {
            for (double[] channel : channels) {
                channel[i] = values.get();
            }
        }
        return channels;
    }

    /// Writes one channel as 16-bit PCM, atomically. Values beyond -1 and 1 are clipped.
    ///
    /// @throws org.fullrank.engine.JobException when the file cannot be written
    public static void write(Path file, float rate, double[] samples) {
        var bytes = ByteBuffer.allocate(Short.BYTES * samples.length).order(ByteOrder.LITTLE_ENDIAN);
        for (double sample : samples) {
            bytes.putShort((short) Math.clamp(Math.rint(sample * 0x8000), Short.MIN_VALUE, Short.MAX_VALUE));
        }
        var format = new AudioFormat(rate, Short.SIZE, 1, true, false);
        var sound = new AudioInputStream(new ByteArrayInputStream(bytes.array()), format, samples.length);
        AtomicFile.write(
                file,
                channel -> AudioSystem.write(sound, AudioFileFormat.Type.WAVE, Channels.newOutputStream(channel)));
    }
}
