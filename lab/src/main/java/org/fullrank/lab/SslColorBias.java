package org.fullrank.lab;

import static org.fullrank.lab.Expected.atLeast;
import static org.fullrank.lab.Expected.atMost;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.DataSpec;
import org.fullrank.data.Dataset;
import org.fullrank.data.Items;
import org.fullrank.data.Labels;
import org.fullrank.data.SamplingOrder;
import org.fullrank.data.Split;
import org.fullrank.engine.Device;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.lab.Series.Color;
import org.fullrank.lab.SslClassBias.Method;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.objective.Views;
import org.fullrank.probe.Features;
import org.fullrank.probe.Linear;
import org.fullrank.run.Recipes;
import org.fullrank.stats.PairedTest;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewSpec;
import org.fullrank.view.ViewTensors;
import org.jspecify.annotations.Nullable;

/// Measures which classes gain and lose from crops, jitter and gray views of color images.
record SslColorBias() implements Experiment {
    private static final String NAME = "ssl-color-bias";
    private static final String FOLDER = "cifar-10";
    /// What the folder may hold; the first that is there is read.
    private static final List<String> FILES =
            List.of("cifar-10-binary.tar.gz", "cifar-10-batches-bin", "cifar-10-binary-from-jpeg.tar.gz");

    private static final int SIDE = 16;
    private static final int CLASSES = 10;
    private static final int BATCH = 200;
    private static final int WIDTH = 256;
    private static final int HEAD = 32;
    private static final int AIRPLANE = 0;
    private static final int AUTOMOBILE = 1;
    private static final int SHIP = 8;

    /// The views of a training.
    enum Pretext {
        ALL("all", "{scaleMin: 0.3}", 0.8, 0.2),
        CROP("without crop", "{scaleMin: 1}", 0.8, 0.2),
        JITTER("without jitter", "{scaleMin: 0.3}", 0, 0.2),
        GRAY("without gray", "{scaleMin: 0.3}", 0.8, 0);

        private final String label;
        private final String pipeline;

        Pretext(String label, String crop, double jitter, double gray) {
            this.label = label;
            pipeline = "{crop: %s, flip: 0.5, gray: %s, blur: {p: 0}, jitter: {p: %s, brightness: 0.4, contrast: 0.4,"
                            .formatted(crop, gray, jitter)
                    + " saturation: 0.4, hue: 0.1}}";
        }

        ViewSpec views() {
            return Recipes.load("cifar10-simclr", List.of("views.size=" + SIDE, "views.pipelines=[" + pipeline + "]"))
                    .views();
        }
    }

    private record Sizes(int images, int epochs, int test, int runs) {
        static Sizes of(Setting setting) {
            return setting.quick() ? new Sizes(600, 2, 1000, 2) : new Sizes(4000, 10, 10_000, 6);
        }
    }

    @Override
    public boolean needsData() {
        return true;
    }

    @Override
    public Description description() {
        return new Description(
                NAME,
                "in self-supervised training, gray views cost automobiles most; crops help airplanes and ships",
                "Balestriero, Bottou and LeCun, The Effects of Regularization and Data Augmentation are Class"
                        + " Dependent, NeurIPS 2022, arXiv 2204.03632",
                "the question of the paper, asked of self-supervised views of color images. The measurement is our own."
                        + " We did not read the text of the paper",
                """
                Which classes of color images pay for a view that takes colors away? The experiment trains small
                encoders without labels on CIFAR-10, each time without one of the usual views, and fits a linear
                classifier. You see that gray views cost a point on average and three points for automobiles, that crops
                help airplanes and ships, and that jitter hardly matters here.

                **Set-up.** The images are scaled to 16 x 16. An encoder has two blocks of a linear layer with 256
                outputs, batch norm and ReLU, and a linear head with 32 outputs. It is trained with VICReg or with
                SimCLR, both with their usual constants, on two views of each image. Adam has the rate 0.001 and batches
                of 200 for 10 epochs of 4000 images (2 epochs of 600 images in a quick run).

                **Views.** All views are mirrored half of the time. A *crop* has 30 to 100 % of the area. *Jitter* changes
                brightness, contrast and saturation by up to 40 % and the hue by up to a tenth of the circle, with
                probability 0.8. A view becomes *gray* with probability 0.2. What a view adds is the accuracy with all of
                them minus that without it.

                **Probe.** Logistic regression predicts the class from the standardized outputs of the second block. It
                is fitted on the training images without views and tested on 10,000 test images (1000 in a quick run).
                There are 6 runs with other images and initial weights (2 in a quick run). A run has the same images and
                weights for all views, so the tests are paired t-tests. Holm's method corrects them for the ten classes.

                **Data.** `--data` is a folder with the folder `cifar-10`, which holds the binary version. Without it,
                nothing can be decided.

                **What to look at.** The rows "crop adds", "jitter adds" and "gray adds" have the change of each class in
                points, and below it the p value. An accuracy of about 40 % is that of a network of linear layers.
                """);
    }

    /// Items and their views.
    private record Part(Items items, int[] classes) {
        static Part of(Items items) {
            Labels labels = Objects.requireNonNull(items.labels());
            return new Part(items, labels.classes());
        }
    }

    private static @Nullable Path data(Setting setting) {
        String folder = setting.data(FOLDER);
        return folder == null
                ? null
                : FILES.stream()
                        .map(file -> Path.of(folder, file))
                        .filter(Files::exists)
                        .findFirst()
                        .orElse(null);
    }

    @Override
    public Outcome run(Setting setting) {
        Map<Method, ClassAccuracies> measured = new EnumMap<>(Method.class);
        Path path = data(setting);
        if (path != null) {
            try (Dataset data = Dataset.open(DataSpec.of(path.toString()))) {
                for (Method method : Method.values()) {
                    measured.put(method, measure(setting, method, data));
                }
            }
        }
        return new Outcome(claims(measured), table(measured), measured.isEmpty() ? null : figure(measured))
                .decidedAtFullSize(setting);
    }

    private static ClassAccuracies measure(Setting setting, Method method, Dataset data) {
        Sizes sizes = Sizes.of(setting);
        Items all = data.items(Split.TRAIN);
        Part test = Part.of(
                data.items(Split.TEST).subset(IntStream.range(0, sizes.test).toArray()));
        double[][][] shares = new double[Pretext.values().length][sizes.runs][];
        for (int run = 0; run < sizes.runs; run++) {
            int[] order = SamplingOrder.epoch(setting.random(NAME, 1, run).nextLong(), 0, all.size());
            Part train = Part.of(all.subset(Arrays.copyOf(order, sizes.images)));
            long seed = setting.random(NAME, 2, run).nextLong();
            for (Pretext pretext : Pretext.values()) {
                shares[pretext.ordinal()][run] = accuracies(method, pretext, train, test, sizes.epochs, seed);
            }
        }
        int[] counts = new int[CLASSES];
        Arrays.stream(test.classes).forEach(c -> counts[c]++);
        List<String> labels =
                Arrays.stream(Pretext.values()).map(pretext -> pretext.label).toList();
        return new ClassAccuracies(labels, shares, counts);
    }

    private static double[] accuracies(Method method, Pretext pretext, Part train, Part test, int epochs, long seed) {
        ViewGenerator views = ViewGenerator.of(train.items, pretext.views(), seed, 1);
        var spec = new ProjectorSpec(List.of(WIDTH, WIDTH, HEAD), true).withLastBias(true);
        try (var net = new ImageMlp(spec, SIDE * SIDE * 3, 0, seed)) {
            for (int epoch = 0; epoch < epochs; epoch++) {
                int[] order = SamplingOrder.epoch(seed, epoch, train.items.size());
                for (int from = 0; from + BATCH <= order.length; from += BATCH) {
                    int[] batch = Arrays.copyOfRange(order, from, from + BATCH);
                    int now = epoch;
                    net.step(() -> method.objective()
                            .evaluate(new Views(List.of(
                                    net.train(view(views, batch, now, 0)), net.train(view(views, batch, now, 1)))))
                            .total());
                }
            }
            Features bank = features(net, views, train);
            int[] answers = Linear.answer(bank, features(net, views.on(test.items), test), LayerProbes.PROTOCOL)
                    .classes();
            return shares(test.classes, answers);
        }
    }

    private static double[] shares(int[] classes, int[] answers) {
        double[] right = new double[CLASSES];
        int[] counts = new int[CLASSES];
        for (int i = 0; i < classes.length; i++) {
            counts[classes[i]]++;
            right[classes[i]] += answers[i] == classes[i] ? 1 : 0;
        }
        for (int c = 0; c < CLASSES; c++) {
            right[c] /= Math.max(counts[c], 1);
        }
        return right;
    }

    private static Tensor view(ViewGenerator views, int[] items, int epoch, int view) {
        return ViewTensors.view(views, items, epoch, view, Device.CPU).flatten(1, -1);
    }

    private static Features features(ImageMlp net, ViewGenerator views, Part part) {
        try (var scope = Scope.withoutGradients()) {
            int[] items = IntStream.range(0, part.items.size()).toArray();
            Tensor x = ViewTensors.plain(views, items, Device.CPU).flatten(1, -1);
            return new Features(Tensors.floats(net.layers(x).get(1)), WIDTH, part.classes, LayerProbes.NAMES);
        }
    }

    private static double gain(Map<Method, ClassAccuracies> measured, Method method, Pretext without) {
        return Objects.requireNonNull(measured.get(method)).gain(without.ordinal(), Pretext.ALL.ordinal());
    }

    /// Number of classes that lose significantly from a view, over both methods.
    private static long losers(Map<Method, ClassAccuracies> measured, Pretext without) {
        return measured.values().stream()
                .mapToLong(accuracies -> {
                    double[] p = accuracies.p(without.ordinal(), Pretext.ALL.ordinal());
                    return IntStream.range(0, p.length)
                            .filter(c -> p[c] <= PairedTest.LEVEL
                                    && accuracies.gain(without.ordinal(), Pretext.ALL.ordinal(), c) < 0)
                            .count();
                })
                .sum();
    }

    private static Claim claim(
            Map<Method, ClassAccuracies> measured,
            String text,
            ToDoubleFunction<Map<Method, ClassAccuracies>> value,
            Expected expected,
            String reason) {
        return measured.isEmpty()
                ? Claim.undecidable(text, expected, reason + "; needs CIFAR-10, see --data")
                : Claim.of(text, value.applyAsDouble(measured), expected, reason);
    }

    /// What a view adds to a class, in points.
    private static double adds(Map<Method, ClassAccuracies> measured, Method method, Pretext without, int label) {
        return Objects.requireNonNull(measured.get(method)).gain(without.ordinal(), Pretext.ALL.ordinal(), label);
    }

    private static DoubleStream both(Map<Method, ClassAccuracies> measured, ToDoubleFunction<Method> value) {
        return measured.keySet().stream().mapToDouble(value);
    }

    /// @param measured both methods, or none without CIFAR-10
    static List<Claim> claims(Map<Method, ClassAccuracies> measured) {
        return List.of(
                claim(
                        measured,
                        "gray: the change on all test images, the larger of both methods, in points",
                        m -> both(m, method -> gain(m, method, Pretext.GRAY))
                                .max()
                                .orElseThrow(),
                        atMost(0),
                        "-1.0 with seed 11, on which all margins were chosen"),
                claim(
                        measured,
                        "gray: the change of automobiles, the larger of both methods, in points",
                        m -> both(m, method -> adds(m, method, Pretext.GRAY, AUTOMOBILE))
                                .max()
                                .orElseThrow(),
                        atMost(0),
                        "-3.4 with seed 11"),
                claim(
                        measured,
                        "VICReg and SimCLR agree about gray: correlation of the changes over the classes",
                        m -> SslClassBias.correlation(
                                gains(m, Method.VICREG, Pretext.GRAY), gains(m, Method.SIMCLR, Pretext.GRAY)),
                        atLeast(0.2),
                        "0.8 with seed 11"),
                claim(
                        measured,
                        "crops: the change of airplanes and ships, the smallest of both methods, in points",
                        m -> both(
                                        m,
                                        method -> Math.min(
                                                adds(m, method, Pretext.CROP, AIRPLANE),
                                                adds(m, method, Pretext.CROP, SHIP)))
                                .min()
                                .orElseThrow(),
                        atLeast(1),
                        "3.8 with seed 11"),
                claim(
                        measured,
                        "jitter: the largest change on all test images, in points",
                        m -> both(m, method -> Math.abs(gain(m, method, Pretext.JITTER)))
                                .max()
                                .orElseThrow(),
                        atMost(1.5),
                        "0.3 with seed 11"),
                claim(
                        measured,
                        "jitter and gray: number of classes that lose significantly, over both methods",
                        m -> losers(m, Pretext.JITTER) + losers(m, Pretext.GRAY),
                        atMost(6),
                        "1 of 40 with seed 11"));
    }

    private static double[] gains(Map<Method, ClassAccuracies> measured, Method method, Pretext without) {
        return IntStream.range(0, CLASSES)
                .mapToDouble(c -> adds(measured, method, without, c))
                .toArray();
    }

    private static ResultTable table(Map<Method, ClassAccuracies> measured) {
        List<String> header = new ArrayList<>(List.of("method", "views", "all"));
        header.addAll(
                List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"));
        ResultTable table = ResultTable.of(header.toArray(String[]::new));
        for (Map.Entry<Method, ClassAccuracies> entry : measured.entrySet()) {
            String method = entry.getKey().label();
            for (Pretext pretext : Pretext.values()) {
                table = ClassBiasImages.row(table, method, pretext.label, entry.getValue(), pretext.ordinal());
            }
            for (Pretext without : List.of(Pretext.CROP, Pretext.JITTER, Pretext.GRAY)) {
                String name = without.name().toLowerCase(Locale.ROOT) + " adds";
                table = ClassBiasImages.gains(table, method, name, entry.getValue(), without.ordinal(), 0);
            }
        }
        return table;
    }

    private static Figure figure(Map<Method, ClassAccuracies> measured) {
        double[] x = IntStream.range(0, CLASSES).asDoubleStream().toArray();
        List<Panel> panels = new ArrayList<>();
        for (Pretext without : List.of(Pretext.CROP, Pretext.JITTER, Pretext.GRAY)) {
            Panel panel = Panel.of(
                            "What %s adds".formatted(without.name().toLowerCase(Locale.ROOT)),
                            Axis.linear("class"),
                            Axis.linear("points"))
                    .with(Series.level("", Color.GRAY, 0, CLASSES - 1, 0));
            for (Map.Entry<Method, ClassAccuracies> entry : measured.entrySet()) {
                double[] gains = gains(measured, entry.getKey(), without);
                boolean first = entry.getKey() == Method.VICREG;
                panel = panel.with(new Series.Dots(
                        entry.getKey().label(), first ? Color.BLUE : Color.VERMILION, 5, first, x, gains));
            }
            panels.add(panel);
        }
        return new Figure(
                "What a view adds to the accuracy of each class, in points. The classes are 0 airplane, 1 automobile, 2"
                        + " bird, 3 cat, 4 deer, 5 dog, 6 frog, 7 horse, 8 ship, 9 truck.",
                2,
                panels);
    }
}
