package org.fullrank.lab;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import org.fullrank.engine.Keyed;

/// Files in the format of MNIST with two drawn classes, "5" and "6": a box with its left or its right lower
/// side.
final class DrawnDigits {
    private static final int SIZE = 10;
    private static final int EACH = 120;

    private DrawnDigits() {}

    /// Writes a train split.
    ///
    /// @return the folder
    static Path write(Path folder) throws IOException {
        ByteBuffer images = ByteBuffer.allocate(16 + 7 * EACH * SIZE * SIZE);
        ByteBuffer labels = ByteBuffer.allocate(8 + 7 * EACH);
        images.putInt(0x803).putInt(7 * EACH).putInt(SIZE).putInt(SIZE);
        labels.putInt(0x801).putInt(7 * EACH);
        RandomGenerator random = Keyed.of(1, Keyed.name("drawn digits"));
        for (int i = 0; i < 7 * EACH; i++) {
            int digit = i % 7;
            labels.put((byte) digit);
            for (int y = 0; y < SIZE; y++) {
                for (int x = 0; x < SIZE; x++) {
                    images.put((byte) (stroke(digit, x, y) ? 200 + random.nextInt(56) : random.nextInt(40)));
                }
            }
        }
        Files.write(folder.resolve("train-images-idx3-ubyte"), images.array());
        Files.write(folder.resolve("train-labels-idx1-ubyte"), labels.array());
        return folder;
    }

    private static boolean stroke(int digit, int x, int y) {
        boolean bar = (y == 1 || y == 5 || y == 8) && x >= 2 && x <= 7;
        boolean left = x == 2 && y >= 1 && y <= 5;
        return bar || left || (digit == 6 ? x == 2 : x == 7) && y >= 5 && y <= 8;
    }
}
