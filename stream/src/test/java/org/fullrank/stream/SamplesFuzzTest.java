package org.fullrank.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Damaged CSV and {@code .ts} files. Each must be read, or refused in one line, within ten seconds and with less than
 * 1 GiB. {@code -Dfullrank.fuzz=20000} tries that many of each format and prints a row of a table: format, files, read,
 * refused, slowest, most memory for one file.
 */
class SamplesFuzzTest {
    private static final int COUNT = 200;
    private static final double MOST_SECONDS = 10;
    private static final String PIECES = ",,::;\t\n\r\"@#-+.0e9?~ ";
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            stream CSV | x.csv | t;a;b~0;1;2~3;3.5;4~2;-5e3;6~3;"7";8~
            .ts        | x.ts  | @problemName p~@timeStamps false~@classLabel true a b~@data~1,2,3:4,5,6:a~7,8.5,9:1e2,1,2:b~
            """)
    void everyDamagedFileIsReadOrRefusedInOneLine(String format, String name, String text) throws IOException {
        byte[] good = text.replace('~', '\n').getBytes(StandardCharsets.UTF_8);
        assertThat(answer(good, name)).as("before it is damaged").isEmpty();
        int count = Integer.getInteger("fullrank.fuzz", COUNT);
        int read = 0;
        double slowest = 0;
        long most = 0;
        for (int i = 0; i < count; i++) {
            byte[] bad = damaged(good, new SplittableRandom(i));
            long bytes = THREADS.getCurrentThreadAllocatedBytes();
            long start = System.nanoTime();
            String answer = answer(i % 4 == 0 ? cut(gzip(bad), i) : bad, name);
            slowest = Math.max(slowest, (System.nanoTime() - start) / 1e9);
            most = Math.max(most, THREADS.getCurrentThreadAllocatedBytes() - bytes);
            read += answer.isEmpty() ? 1 : 0;
            assertThat(answer).as("number %d", i).doesNotContain("\n").doesNotContain("Exception");
            assertThat(answer.isEmpty() || answer.startsWith(name)).as(answer).isTrue();
        }
        assertThat(slowest).isLessThan(MOST_SECONDS);
        assertThat(most).isLessThan(1L << 30);
        if (count != COUNT) {
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %d | %d | %d | %.1f s | %d MB |%n",
                    format,
                    count,
                    read,
                    count - read,
                    slowest,
                    most >> 20);
        }
    }

    /** The refusal; empty if all samples are read. */
    private static String answer(byte[] bad, String name) throws IOException {
        try (Samples samples = Samples.read(new ByteArrayInputStream(bad), name, SampleOptions.defaults())) {
            while (samples.next()) {
                assertThat(samples.values()).isNotEmpty();
            }
            return "";
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** A copy with some bytes replaced, and with a piece removed, doubled or replaced by separators. */
    private static byte[] damaged(byte[] good, SplittableRandom random) {
        byte[] bad = good.clone();
        for (int n = random.nextInt(1, 4); n > 0; n--) {
            boolean any = random.nextBoolean();
            int piece = any ? random.nextInt(256) : PIECES.charAt(random.nextInt(PIECES.length()));
            bad[random.nextInt(bad.length)] = (byte) piece;
        }
        int at = random.nextInt(bad.length);
        int end = Math.min(bad.length, at + random.nextInt(1, 30));
        switch (random.nextInt(4)) {
            case 0:
                return joined(Arrays.copyOf(bad, at), Arrays.copyOfRange(bad, end, bad.length));
            case 1:
                return joined(Arrays.copyOf(bad, end), Arrays.copyOfRange(bad, at, bad.length));
            case 2:
                return Arrays.copyOf(bad, at);
            default:
                return bad;
        }
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    /** Compressed data with one byte changed or the end missing, or whole. */
    private static byte[] cut(byte[] gzip, int i) {
        var random = new SplittableRandom(i);
        switch (random.nextInt(3)) {
            case 0:
                return Arrays.copyOf(gzip, random.nextInt(2, gzip.length));
            case 1:
                gzip[random.nextInt(2, gzip.length)] ^= (byte) (1 << random.nextInt(8));
                return gzip;
            default:
                return gzip;
        }
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }
}
