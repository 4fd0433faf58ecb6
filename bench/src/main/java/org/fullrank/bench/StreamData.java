package org.fullrank.bench;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.fullrank.online.OnlineRule;
import org.fullrank.probe.Features;
import org.fullrank.stream.SampleOptions;
import org.fullrank.stream.Samples;

/// A stream in its order, and the items on which its features are measured. The values are standardized by
/// the mean and the deviation of the training items.
///
/// @param name the data set
/// @param train the bank of the kNN, `[items, inputs]`
/// @param test what is classified
/// @param frames the stream: each sequence is a list of samples
record StreamData(String name, Features train, Features test, List<float[][]> frames) {
    /// Images in the bank and images that are classified; more would only cost time.
    private static final int BANK = 10_000;

    private static final int QUERIES = 5_000;
    private static final int SIDE = 28;

    int inputs() {
        return train.width();
    }

    /// One pass, the sequences in an order drawn from the seed.
    void learn(OnlineRule rule, long seed) {
        for (int at : shuffled(frames.size(), seed)) {
            for (float[] x : frames.get(at)) {
                rule.update(x);
            }
            rule.sequenceEnds();
        }
    }

    private static int[] shuffled(int count, long seed) {
        int[] order = new int[count];
        var random = new Random(seed);
        for (int i = 0; i < count; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    /// The windows of one series, and its class.
    private record Series(List<float[]> windows, String label) {
        float[][] frames() {
            return windows.toArray(float[][]::new);
        }
    }

    private static List<Series> read(Path path, int window, int hop) throws IOException {
        List<Series> all = new ArrayList<>();
        try (Samples samples = Samples.open(path, SampleOptions.defaults().withWindow(window, hop))) {
            while (samples.next()) {
                if (samples.startsSequence()) {
                    all.add(new Series(new ArrayList<>(), samples.notes().getLast()));
                }
                all.getLast().windows.add(samples.values().clone());
            }
        }
        return all;
    }

    /// Windows of series, each labeled by its series.
    static StreamData windows(String name, Path train, Path test, int window, int hop) throws IOException {
        return of(name, read(train, window, hop), read(test, window, hop));
    }

    /// The same of one file, of which every second series is for testing.
    static StreamData halves(String name, Path path, int window, int hop) throws IOException {
        List<Series> train = new ArrayList<>();
        List<Series> test = new ArrayList<>();
        for (Series series : read(path, window, hop)) {
            (train.size() > test.size() ? test : train).add(series);
        }
        return of(name, train, test);
    }

    private static StreamData of(String name, List<Series> train, List<Series> test) {
        List<String> names =
                train.stream().map(Series::label).distinct().sorted().toList();
        List<float[][]> frames = train.stream().map(Series::frames).toList();
        List<float[][]> queries = test.stream().map(Series::frames).toList();
        Scale scale = Scale.of(frames);
        frames.forEach(scale::apply);
        queries.forEach(scale::apply);
        return new StreamData(name, flat(frames, train, names), flat(queries, test, names), frames);
    }

    private static Features flat(List<float[][]> frames, List<Series> series, List<String> names) {
        int width = frames.get(0)[0].length;
        int rows = frames.stream().mapToInt(f -> f.length).sum();
        float[] values = new float[rows * width];
        int[] labels = new int[rows];
        int row = 0;
        for (int s = 0; s < frames.size(); s++) {
            for (float[] x : frames.get(s)) {
                labels[row] = names.indexOf(series.get(s).label);
                System.arraycopy(x, 0, values, row++ * width, width);
            }
        }
        return new Features(values, width, labels, names);
    }

    /// Images that drift: each sequence shows one training image, moved by one pixel at random from frame
    /// to frame.
    static StreamData drifting(String name, Path folder, int frames) throws IOException {
        byte[] pixels = idx(folder.resolve("train-images-idx3-ubyte.gz"), 16);
        byte[] labels = idx(folder.resolve("train-labels-idx1-ubyte.gz"), 8);
        byte[] testPixels = idx(folder.resolve("t10k-images-idx3-ubyte.gz"), 16);
        byte[] testLabels = idx(folder.resolve("t10k-labels-idx1-ubyte.gz"), 8);
        List<float[][]> stream = new ArrayList<>();
        var random = new Random(0);
        for (int image = 0; image < labels.length; image++) {
            float[][] sequence = new float[frames][];
            int dx = 0;
            int dy = 0;
            for (int f = 0; f < frames; f++) {
                sequence[f] = shifted(pixels, image, dx, dy);
                dx += random.nextInt(3) - 1;
                dy += random.nextInt(3) - 1;
            }
            stream.add(sequence);
        }
        Scale scale = Scale.of(stream);
        stream.forEach(scale::apply);
        return new StreamData(
                name, items(pixels, labels, BANK, scale), items(testPixels, testLabels, QUERIES, scale), stream);
    }

    private static Features items(byte[] pixels, byte[] labels, int count, Scale scale) {
        List<String> names = List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
        int[] classes = new int[count];
        float[] values = new float[count * SIDE * SIDE];
        for (int image = 0; image < count; image++) {
            float[] x = shifted(pixels, image, 0, 0);
            scale.apply(new float[][] {x});
            System.arraycopy(x, 0, values, image * x.length, x.length);
            classes[image] = labels[image];
        }
        return new Features(values, SIDE * SIDE, classes, names);
    }

    private static float[] shifted(byte[] pixels, int image, int dx, int dy) {
        float[] x = new float[SIDE * SIDE];
        for (int row = Math.max(0, dy); row < Math.min(SIDE, SIDE + dy); row++) {
            for (int column = Math.max(0, dx); column < Math.min(SIDE, SIDE + dx); column++) {
                int from = image * SIDE * SIDE + (row - dy) * SIDE + column - dx;
                x[row * SIDE + column] = (pixels[from] & 0xFF) / 255f;
            }
        }
        return x;
    }

    private static byte[] idx(Path path, int header) throws IOException {
        try (var in = new DataInputStream(new GZIPInputStream(Files.newInputStream(path)))) {
            in.skipNBytes(header);
            return in.readAllBytes();
        }
    }

    /// Mean of each input, and one standard deviation for all, so that inputs that hardly vary stay small.
    private record Scale(float[] mean, float std) {
        static Scale of(List<float[][]> frames) {
            int width = frames.get(0)[0].length;
            double[] sum = new double[width];
            double squares = 0;
            long count = 0;
            for (float[][] sequence : frames) {
                for (float[] x : sequence) {
                    count++;
                    for (int j = 0; j < width; j++) {
                        sum[j] += x[j];
                        squares += x[j] * x[j];
                    }
                }
            }
            float[] mean = new float[width];
            for (int j = 0; j < width; j++) {
                mean[j] = (float) (sum[j] / count);
                squares -= count * (double) mean[j] * mean[j];
            }
            return new Scale(mean, (float) Math.sqrt(squares / count / width));
        }

        void apply(float[][] sequence) {
            for (float[] x : sequence) {
                for (int j = 0; j < x.length; j++) {
                    x[j] = (x[j] - mean[j]) / std;
                }
            }
        }
    }
}
