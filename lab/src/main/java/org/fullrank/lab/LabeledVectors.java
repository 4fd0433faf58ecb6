package org.fullrank.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Split;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;

/// Vectors with classes.
///
/// @param x `[N][D]`
/// @param y class of each vector, `[N]`, from 0 to `classes - 1`
record LabeledVectors(float[][] x, int[] y, int classes) {
    static final String LETTERS = "letter-recognition.data";
    /// Largest number in the table of letters.
    private static final float LARGEST = 15;

    /// The letters of the UCI repository: 16 measures of printed capital letters, scaled to `[-1, 1]`.
    ///
    /// @param folder of the file
    /// @throws InputException when the file cannot be read
    static LabeledVectors letters(String folder) {
        Path file = Path.of(folder, LETTERS);
        try {
            List<String[]> rows = Files.readAllLines(file).stream()
                    .map(line -> line.split(","))
                    .toList();
            float[][] x = rows.stream().map(LabeledVectors::measures).toArray(float[][]::new);
            return new LabeledVectors(
                    x, rows.stream().mapToInt(row -> row[0].charAt(0) - 'A').toArray(), 26);
        } catch (IOException | NumberFormatException e) {
            throw new InputException(
                    "--data %s: cannot read the letters (%s), expected %s of the UCI repository; give its folder"
                            .formatted(folder, e, LETTERS),
                    e);
        }
    }

    private static float[] measures(String[] row) {
        float[] x = new float[row.length - 1];
        for (int j = 0; j < x.length; j++) {
            x[j] = 2 * Integer.parseInt(row[j + 1]) / LARGEST - 1;
        }
        return x;
    }

    /// Images with half the side.
    static LabeledVectors images(String data, Split split, int count) {
        GrayImages images = GrayImages.of(data, split, 0, count);
        return new LabeledVectors(
                Arrays.stream(images.pixels())
                        .map(image -> PermutedDigits.averaged(image, SevenSegments.SIDE / 2))
                        .toArray(float[][]::new),
                images.classes(),
                GrayImages.CLASSES);
    }

    /// Items of [ClassClouds], in the order of their classes.
    static LabeledVectors mixture(ClassClouds clouds, RandomGenerator random, int each) {
        int classes = clouds.centers().length;
        int[] y = IntStream.range(0, classes * each).map(i -> i / each).toArray();
        float[] all = Tensors.floats(clouds.items(random, y));
        float[][] x = new float[y.length][];
        Arrays.setAll(x, i -> Arrays.copyOfRange(all, i * ClassClouds.WIDTH, (i + 1) * ClassClouds.WIDTH));
        return new LabeledVectors(x, y, classes);
    }

    int size() {
        return y.length;
    }

    int width() {
        return x[0].length;
    }

    LabeledVectors select(int... items) {
        return new LabeledVectors(
                Arrays.stream(items).mapToObj(i -> x[i]).toArray(float[][]::new),
                Arrays.stream(items).map(i -> y[i]).toArray(),
                classes);
    }

    /// Random samples without common items, with as many items of each class.
    ///
    /// @param each items of a class, for each sample
    List<LabeledVectors> samples(RandomGenerator random, int... each) {
        int[] order = IntStream.range(0, size()).toArray();
        for (int i = order.length - 1; i > 0; i--) {
            int swap = random.nextInt(i + 1);
            int item = order[i];
            order[i] = order[swap];
            order[swap] = item;
        }
        List<LabeledVectors> samples = new ArrayList<>();
        int[] used = new int[classes];
        for (int count : each) {
            int[] taken = new int[classes];
            int[] first = used.clone();
            int[] seen = new int[classes];
            samples.add(select(Arrays.stream(order)
                    .filter(i -> seen[y[i]]++ >= first[y[i]] && taken[y[i]]++ < count)
                    .toArray()));
            Arrays.setAll(used, c -> first[c] + count);
        }
        return samples;
    }

    /// All vectors, float32 `[N, D]`. The tensor belongs to the scope of the caller.
    Tensor tensor() {
        float[] all = new float[size() * width()];
        for (int i = 0; i < size(); i++) {
            System.arraycopy(x[i], 0, all, i * width(), width());
        }
        return Tensors.of(all, size(), width());
    }

    /// The classes, int64 `[N]`. The tensor belongs to the scope of the caller.
    Tensor targets() {
        return Tensors.of(y);
    }
}
