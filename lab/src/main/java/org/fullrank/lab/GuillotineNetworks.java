package org.fullrank.lab;

import static org.fullrank.lab.Expected.atLeast;
import static org.fullrank.lab.Expected.atMost;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.SamplingOrder;
import org.fullrank.data.Split;
import org.fullrank.engine.Scope;
import org.fullrank.lab.Series.Color;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.objective.Vicreg;
import org.fullrank.objective.Views;

/// Checks on networks that the head falls behind the layers before it as views get stronger.
record GuillotineNetworks() implements Experiment {
    /// How the two views of a pair differ.
    enum Pretext {
        STRONG("rotations in ±90 degrees", Color.VERMILION),
        WEAK("rotations in ±30 degrees", Color.ORANGE),
        CLASS("another image of the class", Color.BLUE),
        CROP("crops of 55 to 100 % of the side", Color.GREEN);

        private final String label;
        private final Color color;

        Pretext(String label, Color color) {
            this.label = label;
            this.color = color;
        }
    }

    /// Smallest side of a crop: the area is at least 0.3, as usual for small images.
    private static final double SIDE = 0.55;
    /// Blocks of linear layer, batch norm and ReLU before the head.
    private static final int TRUNK = 4;

    /// Positives of one class need more images and steps.
    private static final List<Pretext> QUICK = List.of(Pretext.STRONG, Pretext.WEAK, Pretext.CROP);

    /// @param batch views of a batch
    private record Sizes(int images, int batch, int epochs, int width, int head, int probe, int test) {
        static Sizes of(Setting setting) {
            return setting.quick()
                    ? new Sizes(4000, 100, 4, 128, 32, 2000, 1000)
                    : new Sizes(6000, 200, 15, 256, 64, 2000, 10_000);
        }

        ProjectorSpec network() {
            return new ProjectorSpec(List.of(width, width, width, width, head), true).withLastBias(true);
        }
    }

    @Override
    public boolean needsData() {
        return true;
    }

    @Override
    public Description description() {
        return new Description(
                "guillotine-networks",
                "the stronger the views, the more the head loses; with positives of one class it is the best layer",
                "Bordes, Balestriero, Garrido, Bardes and Vincent, Guillotine Regularization: Why removing layers is"
                        + " needed to improve generalization in Self-Supervised Learning, TMLR 2023, arXiv 2206.13378",
                "the claim of the abstract that the best layer depends on how far the training task and the task"
                        + " afterwards disagree. The set-up, the reference values and the margins come from this"
                        + " project. We did not read the text of the paper",
                ABOUT);
    }

    private static final String ABOUT = """
        Which layer of a trained network should one use? The experiment trains four small networks on MNIST
        that differ only in their pairs of views, and measures every layer. You see that the last layer
        loses more if the views change more, and that it is the best layer if the pairs are images of the
        same class.

        The experiment `guillotine` shows in closed form why a layer before the head can be better than the head.
        This one shows it for trained networks. Four networks differ only in their pairs of views.

        **Networks.** The images are the first 6000 of MNIST. The *trunk* has four blocks of a linear layer with 256
        outputs, batch norm and ReLU. The *head* is a linear layer with 64 outputs. VICReg with weights 25, 25 and
        1 acts on the head. Adam has a rate of 0.001 and batches of 200 images for 15 epochs. A quick run has 4000
        images, widths 128 and 32, and batches of 100 for 4 epochs. It leaves the positives of one class out: in such
        a short training, the head was 5 points worse than the first layer.

        **Views.** Both views of an image are rotated by random angles in ±90 degrees, or in ±30 degrees. Or each
        view is a random square crop with a side of 55 to 100 % of the image. Or the second view is another image
        of the same class, and nothing is rotated.

        **Probes.** Logistic regression predicts the digit from the standardized outputs of each layer. It is fitted
        on 2000 upright images of the train split with a penalty of 0.005. They are among those of the training, so
        with positives of one class the head has already seen their labels. The accuracy is measured on the 10000
        test images (1000 in a quick run). The best layer is chosen on these same images, so its accuracy is slightly
        optimistic. A second probe, least squares, predicts what the views change: the angle, or the size and the
        place of the crop. Its R^2 is measured on test images with new random views.

        **What to look at.** With strong rotations, the first layer is the best and each further one is worse. With
        weak ones the curve is flatter. With positives of one class the last layers are the best, because the task
        of the training is that of the probe. So "cut the head" is not a rule. It helps if the training removes
        something that the probe needs. The second panel shows what is removed: the angle is gone
        after two layers, and the crop in the head.
        """;

    /// A view of the experiment.
    static Warp view(Pretext pretext, RandomGenerator random) {
        return switch (pretext) {
            case STRONG -> Warp.rotation(180 * random.nextDouble() - 90);
            case WEAK -> Warp.rotation(60 * random.nextDouble() - 30);
            case CLASS -> Warp.none();
            case CROP -> {
                double side = SIDE + (1 - SIDE) * random.nextDouble();
                double room = 1 - side;
                yield Warp.crop(side, room * (2 * random.nextDouble() - 1), room * (2 * random.nextDouble() - 1));
            }
        };
    }

    /// The same images, or others of their classes.
    static int[] partner(Pretext pretext, int[] classes, int[] items, RandomGenerator random) {
        if (pretext != Pretext.CLASS) {
            return items;
        }
        int[][] members = IntStream.range(0, GrayImages.CLASSES)
                .mapToObj(c -> IntStream.range(0, classes.length)
                        .filter(i -> classes[i] == c)
                        .toArray())
                .toArray(int[][]::new);
        return Arrays.stream(items)
                .map(i -> members[classes[i]][random.nextInt(members[classes[i]].length)])
                .toArray();
    }

    /// What probes read after each layer, the head last.
    ///
    /// @param accuracies of the digit
    /// @param nuisance R^2 of what the views change; empty if that is nothing
    record Curve(double[] accuracies, double[] nuisance) {
        double best() {
            return Arrays.stream(accuracies).max().orElseThrow();
        }

        double head() {
            return accuracies[TRUNK];
        }

        /// In points of percent.
        double gap() {
            return 100 * (best() - head());
        }

        double known() {
            return Arrays.stream(nuisance, 0, TRUNK).max().orElseThrow();
        }

        /// R^2 of the head, relative to the best layer.
        double kept() {
            return nuisance[TRUNK] / known();
        }

        /// From the first layer to the head, in points of percent.
        double rise() {
            return 100 * (head() - accuracies[0]);
        }
    }

    private static Curve train(Setting setting, Pretext pretext, GrayImages images, LayerProbes probes) {
        Sizes sizes = Sizes.of(setting);
        RandomGenerator random = setting.random("guillotine networks", pretext.ordinal());
        try (var net = new ImageMlp(sizes.network(), setting.seed())) {
            for (int epoch = 0; epoch < sizes.epochs; epoch++) {
                int[] order = SamplingOrder.epoch(setting.seed(), epoch, images.size());
                for (int from = 0; from + sizes.batch <= order.length; from += sizes.batch) {
                    int[] items = Arrays.copyOfRange(order, from, from + sizes.batch);
                    int[] others = partner(pretext, images.classes(), items, random);
                    net.step(() -> Vicreg.defaults()
                            .evaluate(new Views(List.of(
                                    net.train(views(pretext, images.select(items), random)),
                                    net.train(views(pretext, images.select(others), random)))))
                            .total());
                }
            }
            double[] nuisance = pretext == Pretext.CLASS
                    ? new double[0]
                    : probes.warps(
                            net, r -> view(pretext, r), setting.random("guillotine nuisance", pretext.ordinal()));
            return new Curve(probes.accuracies(net), nuisance);
        }
    }

    private static Tensor views(Pretext pretext, GrayImages images, RandomGenerator random) {
        return Warp.apply(
                images.tensor(),
                IntStream.range(0, images.size())
                        .mapToObj(_ -> view(pretext, random))
                        .toList());
    }

    @Override
    public Outcome run(Setting setting) {
        Sizes sizes = Sizes.of(setting);
        String data = setting.data("mnist");
        GrayImages images = data == null ? null : GrayImages.of(data, Split.TRAIN, 0, sizes.images);
        if (images == null || !GrayImages.Known.MNIST.is(images)) {
            return new Outcome(claims(Map.of()), ResultTable.of("views"), null);
        }
        var probes = new LayerProbes(
                images.select(IntStream.range(0, sizes.probe).toArray()),
                GrayImages.of(data, Split.TEST, 0, sizes.test));
        Map<Pretext, Curve> curves = new EnumMap<>(Pretext.class);
        try (var scope = Scope.open()) {
            for (Pretext pretext : setting.quick() ? QUICK : List.of(Pretext.values())) {
                curves.put(pretext, train(setting, pretext, images, probes));
            }
        }
        return new Outcome(claims(curves), table(curves), figure(curves));
    }

    /// @param curves those that were measured
    static List<Claim> claims(Map<Pretext, Curve> curves) {
        return STATEMENTS.stream().map(statement -> statement.claim(curves)).toList();
    }

    /// A claim whose value is computed from the curves.
    ///
    /// @param about the curve without which it cannot be decided
    private record Statement(
            Pretext about, String text, ToDoubleFunction<Map<Pretext, Curve>> value, Expected expected, String reason) {
        Claim claim(Map<Pretext, Curve> curves) {
            if (curves.containsKey(about)) {
                return Claim.of(text, value.applyAsDouble(curves), expected, reason);
            }
            String needs = curves.isEmpty() ? "; needs MNIST, see --data" : "; needs the full length";
            return Claim.undecidable(text, expected, reason + needs);
        }
    }

    private static Curve of(Map<Pretext, Curve> curves, Pretext pretext) {
        return Objects.requireNonNull(curves.get(pretext));
    }

    private static final List<Statement> STATEMENTS = List.of(
            new Statement(
                    Pretext.STRONG,
                    "rotations in ±90 degrees: the best layer is better than the head by, in points",
                    curves -> of(curves, Pretext.STRONG).gap(),
                    atLeast(25),
                    "35 in a separate program"),
            new Statement(
                    Pretext.WEAK,
                    "rotations in ±30 degrees: the best layer is better than the head by, in points",
                    curves -> of(curves, Pretext.WEAK).gap(),
                    atLeast(8),
                    "14 in a separate program"),
            new Statement(
                    Pretext.STRONG,
                    "the gap of the strong rotations minus that of the weak ones, in points",
                    curves -> of(curves, Pretext.STRONG).gap()
                            - of(curves, Pretext.WEAK).gap(),
                    atLeast(5),
                    "21 in a separate program; the margin is chosen here"),
            new Statement(
                    Pretext.CLASS,
                    "positives of one class: the best layer is better than the head by, in points",
                    curves -> of(curves, Pretext.CLASS).gap(),
                    atMost(1),
                    "0 in a separate program, and never negative"),
            new Statement(
                    Pretext.CLASS,
                    "positives of one class: the head is better than the first layer by, in points",
                    curves -> of(curves, Pretext.CLASS).rise(),
                    atLeast(0.5),
                    "1.2 and 1.3 in a separate program; so the peak has moved to the end"),
            new Statement(
                    Pretext.STRONG,
                    "the trunk knows the angle: largest R^2 of a layer before the head",
                    curves -> of(curves, Pretext.STRONG).known(),
                    atLeast(0.3),
                    "chosen here"),
            new Statement(
                    Pretext.STRONG,
                    "the head has lost most of the angle: its R^2, relative to that",
                    curves -> of(curves, Pretext.STRONG).kept(),
                    atMost(0.5),
                    "VICReg asks for equal outputs at all angles; bound chosen here"),
            new Statement(
                    Pretext.CROP,
                    "the trunk knows size and place of the crop: largest R^2 of a layer before the head",
                    curves -> of(curves, Pretext.CROP).known(),
                    atLeast(0.5),
                    "chosen here"),
            new Statement(
                    Pretext.CROP,
                    "the head has lost most of the crop: its R^2, relative to that",
                    curves -> of(curves, Pretext.CROP).kept(),
                    atMost(0.5),
                    "as for the angle"));

    private static ResultTable table(Map<Pretext, Curve> curves) {
        ResultTable table = ResultTable.of("views", "probe", "layer 1", "layer 2", "layer 3", "layer 4", "head");
        for (Map.Entry<Pretext, Curve> entry : curves.entrySet()) {
            table = row(table, entry.getKey(), "accuracy of the digit", entry.getValue().accuracies);
            if (entry.getValue().nuisance.length > 0) {
                table = row(table, entry.getKey(), "R^2 of the view", entry.getValue().nuisance);
            }
        }
        return table;
    }

    private static ResultTable row(ResultTable table, Pretext pretext, String probe, double[] values) {
        return table.row(pretext.label, probe, values[0], values[1], values[2], values[3], values[TRUNK]);
    }

    private static Figure figure(Map<Pretext, Curve> curves) {
        Panel digits = Panel.of("The digit", Axis.linear("layer, the head last"), Axis.linear("test accuracy"));
        Panel nuisance = Panel.of(
                "What the views change",
                Axis.linear("layer, the head last"),
                Axis.linear("R^2 of what the views change"));
        double[] layers = IntStream.rangeClosed(1, TRUNK + 1).asDoubleStream().toArray();
        for (Map.Entry<Pretext, Curve> entry : curves.entrySet()) {
            Pretext pretext = entry.getKey();
            digits = digits.with(Series.line(pretext.label, pretext.color, layers, entry.getValue().accuracies));
            if (entry.getValue().nuisance.length > 0) {
                nuisance = nuisance.with(Series.line(pretext.label, pretext.color, layers, entry.getValue().nuisance));
            }
        }
        return Figure.of(
                "What linear probes read from each layer. On the left, the stronger the views, the more the curve"
                        + " falls toward the head. On the right, the head loses what the views change.",
                2,
                digits,
                nuisance);
    }
}
