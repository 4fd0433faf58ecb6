package org.fullrank.stream;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** A CSV file of three sensors of two devices that take turns of {@link #TURN} rows. */
record SensorTable(Path file, List<String> lines) {
    static final int ROWS = 2500;
    static final int TURN = 50;

    static SensorTable write(Path file) throws IOException {
        var random = new Random(1);
        List<String> lines = new ArrayList<>(List.of("device,a,b,c"));
        double slow = 0;
        for (int t = 0; t < ROWS; t++) {
            slow = 0.95 * slow + 0.3 * random.nextGaussian();
            lines.add(String.format(
                    Locale.ROOT,
                    "d%d,%.4f,%.4f,%.4f",
                    t / TURN % 2,
                    slow,
                    random.nextGaussian(),
                    slow + random.nextGaussian()));
        }
        return new SensorTable(Files.write(file, lines), lines);
    }

    /** The file with another line, counted from 0, the header. */
    void writeWith(int line, String text) throws IOException {
        List<String> changed = new ArrayList<>(lines);
        changed.set(line, text);
        Files.write(file, changed);
    }
}
