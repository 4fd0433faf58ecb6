package org.fullrank.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.data.DataSpec;
import org.fullrank.data.Dataset;
import org.fullrank.data.Images;
import org.fullrank.data.SamplingOrder;
import org.fullrank.data.Split;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.Threads;
import org.fullrank.spectral.ClosedForm;
import org.fullrank.spectral.FeatureMap;
import org.fullrank.spectral.Groups;
import org.fullrank.spectral.Kernel;
import org.fullrank.spectral.SampleRows;
import org.fullrank.spectral.SpectralMap;
import org.fullrank.spectral.SpectralObjective.Vicreg;

/// Compares the kernel that a closed form induces with the base kernel, when few of 256 images have labels.
/// The closed form relates four small shifts of each image and reads no labels. Then a ridge regression
/// learns from the labeled images with the one kernel or the other. A third classifier learns with the base
/// kernel from the labeled images and their shifts.
///
/// For each number of labels, the settings of each classifier are the best of a grid on other training
/// images: the means over 3 draws of 256 images. The test images are read afterwards, for 5 draws of the
/// images and 10 draws of the labels. It takes minutes.
///
/// ```
/// bench/run InducedKernelStudy DATA
/// ```
///
/// DATA is MNIST, or other gray images of one size in ten classes.
public final class InducedKernelStudy {
    private static final int IMAGES = 256;
    private static final int MOST = 26; // of one class, so that each of ten classes has at least 22
    private static final int SHIFTS = 4;
    private static final int REACH = 2; // pixels in each direction
    private static final int TESTED = 1000;
    private static final int[] LABELS = {1, 2, 5, 10, 20}; // of each class
    private static final int SEEDS = 5;
    private static final int DRAWS = 10;
    private static final long[] TUNING = {1001, 1002, 1003}; // seeds that are not measured

    private static final double[] WIDTHS = {0.25, 0.5, 1}; // shares of the median distance
    private static final double[] RIDGES = {1e-3, 1e-2, 1e-1, 1};
    private static final double[] CUTS = {3e-2, 1e-2, 1e-3};
    private static final double[] BETAS = {0.4, 0.9};
    private static final int[] DIMENSIONS = {8, 16, 32, 64, 128, 256};

    private InducedKernelStudy() {}

    /// Images, and what a classifier should say about them.
    ///
    /// @param images `[256, D]`
    /// @param shifts `[1024, D]`; row `4 i + s` is a shift of image i
    /// @param tested `[1000, D]`
    /// @param fits the closed forms of the shifts so far
    private record Task(
            long seed,
            Tensor images,
            int[] classes,
            Tensor shifts,
            Tensor tested,
            int[] expected,
            Map<String, SpectralMap> fits) {}

    /// Inner products with the samples from which a classifier may learn.
    ///
    /// @param known of these samples, `[m, m]`
    /// @param asked of the tested images, `[1000, m]`
    /// @param each number of samples for an image; samples `each i` to `each i + each - 1` show image i
    private record Products(Tensor known, Tensor asked, int each) {}

    /// A kernel of a grid.
    private record Candidate(String settings, Function<Task, Products> kernel) {}

    /// A kernel and the ridge that suits it best, as a share of the mean of `k(x, x)`.
    private record Choice(Candidate candidate, double ridge) {}

    public static void main(String[] arguments) {
        Threads.use(Threads.resolve(0));
        try (Dataset data = Dataset.open(DataSpec.of(arguments[0]))) {
            Images train = (Images) data.items(Split.TRAIN);
            Images test = (Images) data.items(Split.TEST);
            Map<String, Choice[]> chosen = new LinkedHashMap<>();
            try (var scope = Scope.withoutGradients()) {
                List<Task> tuning = Arrays.stream(TUNING)
                        .mapToObj(seed -> task(train, train, seed))
                        .toList();
                Task first = tuning.getFirst();
                chosen.put("base", best(tuning, base(first, false)));
                chosen.put("base, with shifts", best(tuning, base(first, true)));
                chosen.put("induced", best(tuning, induced(first)));
            }
            chosen.forEach((name, choices) -> {
                for (int i = 0; i < LABELS.length; i++) {
                    System.out.println(name + ", " + LABELS[i] + " labels: " + choices[i].candidate.settings
                            + ", ridge " + choices[i].ridge);
                }
            });
            print(measured(chosen, train, test));
        }
    }

    /// Accuracies in percent: classifier, number of labels, seed.
    private static Map<String, double[][]> measured(Map<String, Choice[]> chosen, Images train, Images test) {
        Map<String, double[][]> found = new LinkedHashMap<>();
        chosen.keySet().forEach(name -> found.put(name, new double[LABELS.length][SEEDS]));
        for (int seed = 1; seed <= SEEDS; seed++) {
            try (var scope = Scope.withoutGradients()) {
                Task task = task(train, test, seed);
                int place = seed - 1;
                chosen.forEach((name, choices) -> {
                    for (int i = 0; i < LABELS.length; i++) {
                        Products products = choices[i].candidate.kernel.apply(task);
                        Objects.requireNonNull(found.get(name))[i][place] =
                                accuracy(task, products, choices[i].ridge, LABELS[i]);
                    }
                });
            }
        }
        return found;
    }

    private static void print(Map<String, double[][]> found) {
        System.out.println("| labels per class | " + String.join(" | ", found.keySet()) + " | induced - base |");
        System.out.println("| --- |" + " --- |".repeat(found.size() + 1));
        for (int i = 0; i < LABELS.length; i++) {
            var row = new StringBuilder("| " + LABELS[i]);
            for (double[][] values : found.values()) {
                row.append(" | ").append(text(values[i]));
            }
            double[] base = Objects.requireNonNull(found.get("base"))[i];
            double[] induced = Objects.requireNonNull(found.get("induced"))[i];
            double[] gain = IntStream.range(0, SEEDS)
                    .mapToDouble(s -> induced[s] - base[s])
                    .toArray();
            System.out.println(row + " | " + text(gain) + " |");
        }
    }

    private static String text(double[] values) {
        double mean = Timing.mean(values);
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        return String.format(Locale.ROOT, "%.1f ± %.1f", mean, Math.sqrt(squares / (values.length - 1)));
    }

    /// For each number of labels, the candidate and the ridge with the largest mean accuracy.
    private static Choice[] best(List<Task> tasks, List<Candidate> candidates) {
        Choice[] best = new Choice[LABELS.length];
        double[] most = new double[LABELS.length];
        Arrays.fill(most, -1);
        for (Candidate candidate : candidates) {
            try (var scope = Scope.withoutGradients()) {
                List<Products> products = tasks.stream().map(candidate.kernel).toList();
                for (double ridge : RIDGES) {
                    for (int i = 0; i < LABELS.length; i++) {
                        int labels = LABELS[i];
                        double score = IntStream.range(0, tasks.size())
                                .mapToDouble(t -> accuracy(tasks.get(t), products.get(t), ridge, labels))
                                .sum();
                        if (score > most[i]) {
                            most[i] = score;
                            best[i] = new Choice(candidate, ridge);
                        }
                    }
                }
            }
        }
        return best;
    }

    /// @param shifts whether the shifts of an image have its label too
    private static List<Candidate> base(Task tuning, boolean shifts) {
        List<Candidate> grid = new ArrayList<>();
        for (double share : WIDTHS) {
            Kernel kernel = rbf(tuning, share);
            grid.add(new Candidate(kernel.text(), task -> {
                Tensor samples = shifts ? task.shifts : task.images;
                return new Products(
                        kernel.gram(samples, samples), kernel.gram(task.tested, samples), shifts ? SHIFTS : 1);
            }));
        }
        return grid;
    }

    private static List<Candidate> induced(Task tuning) {
        List<Candidate> grid = new ArrayList<>();
        for (double share : WIDTHS) {
            Kernel kernel = rbf(tuning, share);
            for (double beta : BETAS) {
                for (double cut : CUTS) {
                    ClosedForm form = ClosedForm.of(new Vicreg(beta, false)).withRankCut(cut);
                    for (int width : DIMENSIONS) {
                        grid.add(new Candidate(
                                "%s, beta %s, rank cut %s, %d dimensions".formatted(kernel.text(), beta, cut, width),
                                task -> induced(task, kernel, form, width)));
                    }
                }
            }
        }
        return grid;
    }

    /// The first dimensions of a wide fit are the fit with fewer dimensions.
    private static Products induced(Task task, Kernel kernel, ClosedForm form, int width) {
        SpectralMap map = task.fits.computeIfAbsent(
                kernel.text() + form,
                _ -> form.withWidth(DIMENSIONS[DIMENSIONS.length - 1])
                        .fit(
                                Groups.ofViews(IMAGES, SHIFTS),
                                SampleRows.of(task.shifts),
                                FeatureMap.Landmarks.of(kernel, task.shifts)));
        int used = Math.min(width, map.width());
        Tensor images = map.embed(task.images).narrow(1, 0, used);
        Tensor tested = map.embed(task.tested).narrow(1, 0, used);
        return new Products(images.matmul(images.t()), tested.matmul(images.t()), 1);
    }

    private static Kernel rbf(Task task, double share) {
        var median = (Kernel.Rbf) Kernel.of("rbf", SampleRows.of(task.shifts));
        double digits = Math.round(100 * share * median.width()) / 100.0;
        return new Kernel.Rbf(digits);
    }

    /// The mean over all draws of labels, in percent.
    private static double accuracy(Task task, Products products, double ridge, int labels) {
        return IntStream.range(0, DRAWS)
                .mapToDouble(draw -> {
                    try (var scope = Scope.withoutGradients()) {
                        return share(task, products, ridge, labeled(task, draw, labels));
                    }
                })
                .average()
                .orElseThrow();
    }

    /// The first images of each class in a random order. More labels include fewer.
    private static int[] labeled(Task task, int draw, int labels) {
        int[] left = new int[classes(task)];
        Arrays.fill(left, labels);
        return Arrays.stream(SamplingOrder.epoch(task.seed, draw, IMAGES))
                .filter(i -> left[task.classes[i]]-- > 0)
                .toArray();
    }

    private static int classes(Task task) {
        return Arrays.stream(task.classes).max().orElse(0) + 1;
    }

    /// Ridge regression of the classes on the images `labeled`: the share of right answers, in percent.
    private static double share(Task task, Products products, double ridge, int[] labeled) {
        int[] samples = Arrays.stream(labeled)
                .flatMap(i -> IntStream.range(products.each * i, products.each * (i + 1)))
                .toArray();
        int classes = classes(task);
        double[] targets = new double[samples.length * classes];
        Arrays.fill(targets, -1.0 / classes);
        for (int row = 0; row < samples.length; row++) {
            targets[row * classes + task.classes[samples[row] / products.each]] += 1;
        }
        Tensor index = Tensors.of(samples);
        Tensor known = products.known.index_select(0, index).index_select(1, index);
        double scale = Tensors.value(known.trace()) / samples.length;
        known.add_(torch.eye(samples.length, known.options()).mul_(Tensors.scalar(ridge * scale)));
        Tensor weights = torch.linalg_solve(known, Tensors.of(targets, samples.length, classes));
        Tensor scores = products.asked.index_select(1, index).matmul(weights); // [1000, classes]
        long[] said = Tensors.longs(scores.argmax(new LongOptional(1), false));
        return 100.0
                * IntStream.range(0, said.length)
                        .filter(i -> said[i] == task.expected[i])
                        .count()
                / said.length;
    }

    /// @param test the images that are asked; if they are the training images, others than the 256
    private static Task task(Images train, Images test, long seed) {
        int[] classes = Objects.requireNonNull(train.labels()).classes();
        int[] order = SamplingOrder.epoch(seed, 0, train.size());
        int[] counts = new int[Arrays.stream(classes).max().orElse(0) + 1];
        int[] own = Arrays.stream(order)
                .filter(i -> counts[classes[i]]++ < MOST)
                .limit(IMAGES)
                .toArray();
        int[] asked = test == train
                ? Arrays.copyOfRange(order, order.length - TESTED, order.length)
                : Arrays.copyOf(SamplingOrder.epoch(seed, 0, test.size()), TESTED);
        int[] answers = Objects.requireNonNull(test.labels()).classes();
        return new Task(
                seed,
                rows(train, own, 1, 0, seed),
                Arrays.stream(own).map(i -> classes[i]).toArray(),
                rows(train, own, SHIFTS, REACH, seed),
                rows(test, asked, 1, 0, seed),
                Arrays.stream(asked).map(i -> answers[i]).toArray(),
                new HashMap<>());
    }

    /// Pixels from 0 to 1, `[n * views, D]`. Each view is shifted by up to `reach` pixels; black moves in.
    private static Tensor rows(Images images, int[] chosen, int views, int reach, long seed) {
        Keyed random = Keyed.of(seed, Keyed.name("shifts"));
        int height = images.height(0);
        int width = images.width(0);
        double[] values = new double[chosen.length * views * height * width];
        for (int row = 0; row < chosen.length * views; row++) {
            byte[] pixels = images.copy(chosen[row / views]);
            int down = random.nextInt(2 * reach + 1) - reach;
            int right = random.nextInt(2 * reach + 1) - reach;
            for (int y = Math.max(0, down); y < Math.min(height, height + down); y++) {
                for (int x = Math.max(0, right); x < Math.min(width, width + right); x++) {
                    values[(row * height + y) * width + x] = (pixels[(y - down) * width + x - right] & 0xFF) / 255.0;
                }
            }
        }
        return Tensors.of(values, (long) chosen.length * views, (long) height * width);
    }
}
