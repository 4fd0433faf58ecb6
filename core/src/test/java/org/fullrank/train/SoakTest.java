package org.fullrank.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fullrank.engine.ChildJvm;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.ResidentSet;
import org.fullrank.file.Npy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SoakTest {
    private static final int SIDE = 16;
    private static final int MOST_GROWTH_MB = 64;

    @TempDir
    Path folder;

    /// 75 epochs of 4 steps; each epoch also checks and writes checkpoints.
    @Test
    void threeHundredStepsDoNotGrowTheResidentSet() throws IOException, InterruptedException {
        ResidentSet.assumeReadable();
        Process child = ChildJvm.of(
                        List.of("-Xms500m", "-Xmx500m", "-Xmn450m", "-XX:+AlwaysPreTouch"),
                        SoakTraining.class,
                        images().toString(),
                        folder.toString(),
                        "75",
                        "50")
                .start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor()).as(said).isZero();
        Matcher grown = Pattern.compile("grown by (-?\\d+) MB").matcher(said);
        assertThat(grown.find()).as(said).isTrue();
        assertThat(Integer.parseInt(grown.group(1))).as(said).isLessThan(MOST_GROWTH_MB);
    }

    private Path images() throws IOException {
        Path file = Files.createDirectories(folder.resolve("data")).resolve("images.npy");
        var random = Keyed.of(5);
        byte[] pixels = new byte[SmallTraining.ROWS * SIDE * SIDE * 3];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) random.nextInt(256);
        }
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(Npy.headerBytes(Npy.Type.U8, SmallTraining.ROWS, SIDE, SIDE, 3));
            out.write(pixels);
        }
        return file;
    }
}
