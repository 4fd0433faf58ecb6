package org.fullrank.lab;

import static org.fullrank.lab.Expected.atLeast;
import static org.fullrank.lab.Expected.atMost;
import static org.fullrank.lab.Expected.near;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.fullrank.data.Split;
import org.fullrank.lab.RegularizerGrid.Gain;
import org.fullrank.lab.RegularizerGrid.Method;
import org.fullrank.lab.Series.Color;

/// Compares regularizers of features on the last hidden layer and on all of them, with and without labels in
/// the training.
///
/// @param value the regularizers of features; under test
record AllLayers(FeatureTerm.Value value) implements Experiment {
    static final String SELF_SUPERVISED = "Fashion-MNIST, VICReg";

    private static final FewLabelTask[] TASKS = {
        FewLabelTask.MIXTURE, FewLabelTask.LETTERS, FewLabelTask.FASHION, FewLabelTask.DIGITS
    };
    private static final int LABELS = 10;
    /// Images and epochs of the self-supervised training, and labels of each class for its probe.
    private static final int IMAGES = 1500;

    private static final int EPOCHS = 6;
    private static final int PROBE_LABELS = 20;

    AllLayers() {
        this(FeatureTerm::published);
    }

    @Override
    public boolean needsData() {
        return true;
    }

    @Override
    public Description description() {
        return new Description(
                "all-layers",
                "with few labels, decorrelated features help a little; it hardly matters on which layers",
                "Bardes, Ponce and LeCun, VICReg, ICLR 2022, arXiv 2105.04906, and Taha, Hanson, Shrivastava and Davis,"
                        + " SVMax, arXiv 2103.02770",
                "the terms of both papers, used in another way. An article about them suggests using them on every"
                        + " layer. The measurement is our own: we know of no paper with this table",
                ABOUT);
    }

    private static final String ABOUT = """
        VICReg and SVMax have terms that keep features from becoming alike. Do these terms help an ordinary
        classifier with few labels, and do they help more on every layer than on the last? You see a table of
        all combinations: variance and covariance together add 1.0 to 1.3 points on average over four data sets with
        labels; variance alone and weight decay add nothing, and all layers are not better than the last.

        **Set-up.** A network has three hidden layers with 64 ReLU units, without batch norm, which would fix the
        variances. With labels, Adam with the rate 0.001 minimizes the cross-entropy on all training items for 150
        steps (100 in a quick run), plus a term on the third hidden layer (*last*) or the mean of the terms on all
        three (*all*). The terms are VICReg's variance term; variance plus covariance with the weights 25 and 1 of
        VICReg, divided by 25; and the bounded form of SVMax. *Weight decay* is that of AdamW.

        **Data.** There are 10 training items of each class. The *drawn mixture* has 10 Gaussian classes in 16 of 64
        dimensions (see `svmax-metric`), the *letters* of the UCI repository have 26 classes and 16 measures, and
        Fashion-MNIST and MNIST have images averaged over blocks of 2 x 2 pixels. `--data` is a folder with the
        folders `tabular`, `fashion-mnist` and `mnist`. Without it, there is only the mixture.

        **Without labels.** The same hidden layers and a linear layer with 32 outputs are trained with VICReg on crops
        of 1500 images of Fashion-MNIST, in batches of 100 for 6 epochs. The terms act on both views of the hidden
        layers, with 25 times the strength. Logistic regression on the last hidden layer then learns from 20 labels
        of each class. A quick run leaves this out.

        **Choice of the strength.** Each regularizer has three strengths: 0.01, 0.1 and 1 for terms, and 0.1, 1 and 10
        for weight decay. The one with the best mean accuracy on 50 validation items of each class is chosen. These
        are more labels than the training has, so in practice the choice would be worse. The chosen strength is
        tested once on other items (4000 of images and letters). There are 5 runs with other training and validation
        items and initial weights (2 in a quick run). The tests are paired t-tests over the runs, corrected by Holm's
        method over the seven regularizers of a data set, or over the three terms for *all minus last*.

        **What to look at.** Few gains on a single data set are significant: 4 of 35 with seed 1, and 3 with each
        of the seeds 2 and 3. The gains of variance plus covariance are positive on every data set, except one
        of -0.005 points, which is stronger evidence than each row alone. *All minus last* is small only on
        average, because differences of both signs cancel: with three seeds, single ones reach from -1.2 to 2.1
        points. Two differences are significant with two of the three seeds. On the mixture, variance plus
        covariance is better on the last layer alone (-1.2 and -0.9 points). On letters, SVMax is better on all
        layers (1.7 and 1.1 points). """;

    @Override
    public Outcome run(Setting setting) {
        int count = setting.size(2, 5);
        int steps = setting.size(100, 150);
        Map<String, RegularizerGrid> grids = new LinkedHashMap<>();
        FewLabelTask.available(setting, TASKS)
                .forEach((task, items) -> grids.put(
                        task.label(),
                        RegularizerGrid.of(
                                RegularizerGrid.all(),
                                count,
                                (choice, run) -> RegularizedRun.supervised(
                                        choice,
                                        items.draw(setting, LABELS, run),
                                        steps,
                                        setting.random("all-layers", run).nextLong(),
                                        value))));
        if (!setting.quick() && GrayImages.Known.FASHION_MNIST.in(setting)) {
            grids.put(SELF_SUPERVISED, selfSupervised(setting, count));
        }
        return new Outcome(claims(grids), table(grids), figure(grids));
    }

    private RegularizerGrid selfSupervised(Setting setting, int count) {
        String folder = Objects.requireNonNull(GrayImages.Known.FASHION_MNIST.folder(setting));
        GrayImages images = GrayImages.of(folder, Split.TRAIN, 0, IMAGES);
        FewLabelTask.Items items = Objects.requireNonNull(
                FewLabelTask.available(setting, FewLabelTask.FASHION).get(FewLabelTask.FASHION));
        return RegularizerGrid.of(
                RegularizerGrid.all(),
                count,
                (choice, run) -> RegularizedRun.selfSupervised(
                        choice,
                        images,
                        items.draw(setting, PROBE_LABELS, run),
                        EPOCHS,
                        setting.random("all-layers", run).nextLong(),
                        value));
    }

    /// A claim about the grids of some data.
    private record Statement(
            List<String> about,
            String text,
            ToDoubleFunction<List<RegularizerGrid>> value,
            Expected expected,
            String reason) {
        Claim claim(Map<String, RegularizerGrid> grids) {
            if (!grids.keySet().containsAll(about)) {
                return Claim.undecidable(text, expected, reason + "; needs the full length and data sets, see --data");
            }
            return Claim.of(
                    text,
                    value.applyAsDouble(about.stream()
                            .map(name -> Objects.requireNonNull(grids.get(name)))
                            .toList()),
                    expected,
                    reason);
        }
    }

    private static final List<String> MIXTURE = List.of(FewLabelTask.MIXTURE.label());
    private static final List<String> LABELED =
            Arrays.stream(TASKS).map(FewLabelTask::label).toList();
    private static final List<String> UNLABELED = List.of(SELF_SUPERVISED);

    static List<Claim> claims(Map<String, RegularizerGrid> grids) {
        return STATEMENTS.stream().map(statement -> statement.claim(grids)).toList();
    }

    /// The gains over none on each data set, in points.
    private static DoubleStream gains(List<RegularizerGrid> grids, FeatureTerm term, boolean everywhere) {
        return grids.stream().mapToDouble(grid -> grid.gains()[grid.index(term, everywhere)].points());
    }

    private static double mean(DoubleStream values) {
        return values.average().orElseThrow();
    }

    private static double largest(DoubleStream values) {
        return values.map(Math::abs).max().orElseThrow();
    }

    private static final List<Statement> STATEMENTS = List.of(
            new Statement(
                    MIXTURE,
                    "drawn mixture: gain of variance and covariance on the last layer, in points",
                    grids -> mean(gains(grids, FeatureTerm.VICREG, false)),
                    atLeast(0),
                    "1.6 in a trial"),
            new Statement(
                    MIXTURE,
                    "drawn mixture: variance alone changes the accuracy by at most, in points",
                    grids -> largest(DoubleStream.concat(
                            gains(grids, FeatureTerm.VARIANCE, false), gains(grids, FeatureTerm.VARIANCE, true))),
                    atMost(1),
                    "0.1 in a trial; the margin is chosen here"),
            new Statement(
                    LABELED,
                    "four data sets with labels: mean gain of variance and covariance on the last layer, in points",
                    grids -> mean(gains(grids, FeatureTerm.VICREG, false)),
                    atLeast(0.3),
                    "1.4 in a trial; the margin is chosen here"),
            new Statement(
                    LABELED,
                    "the same on all layers",
                    grids -> mean(gains(grids, FeatureTerm.VICREG, true)),
                    atLeast(0.3),
                    "1.5 in a trial"),
            new Statement(
                    LABELED,
                    "variance and covariance never hurt: smallest gain over data sets and layers, in points",
                    grids -> DoubleStream.concat(
                                    gains(grids, FeatureTerm.VICREG, false), gains(grids, FeatureTerm.VICREG, true))
                            .min()
                            .orElseThrow(),
                    atLeast(-0.5),
                    "0.6 in a trial; half a point of chance"),
            new Statement(
                    LABELED,
                    "a finding: weight decay does nothing: its largest change, in points",
                    grids -> largest(gains(grids, FeatureTerm.DECAY, false)),
                    atMost(1),
                    "0.2 in a trial"),
            new Statement(
                    LABELED,
                    "a finding: variance alone does nothing: its largest change, in points",
                    grids -> largest(DoubleStream.concat(
                            gains(grids, FeatureTerm.VARIANCE, false), gains(grids, FeatureTerm.VARIANCE, true))),
                    atMost(1),
                    "0.3 in a trial"),
            new Statement(
                    LABELED,
                    "a finding: all layers are not better than the last: mean difference over data sets and terms, in"
                            + " points",
                    grids -> mean(grids.stream()
                            .flatMap(grid -> Arrays.stream(grid.gainsOfAllLayers()))
                            .mapToDouble(Gain::points)),
                    near(0, 0.7),
                    "0.1 in a trial; twelve differences"),
            new Statement(
                    UNLABELED,
                    "without labels: gain of variance and covariance on all layers, in points",
                    grids -> mean(gains(grids, FeatureTerm.VICREG, true)),
                    atLeast(0.3),
                    "2.4 in a trial; VICReg itself acts behind the head"),
            new Statement(
                    UNLABELED,
                    "without labels: gain of SVMax on the last layer, in points",
                    grids -> mean(gains(grids, FeatureTerm.SVMAX, false)),
                    atLeast(0.3),
                    "2.4 in a trial"),
            new Statement(
                    UNLABELED,
                    "a finding: without labels, weight decay does not help: its gain, in points",
                    grids -> mean(gains(grids, FeatureTerm.DECAY, false)),
                    atMost(0.5),
                    "-1 in a trial"));

    private static ResultTable table(Map<String, RegularizerGrid> grids) {
        ResultTable table = ResultTable.of(
                "data",
                "regularizer",
                "layers",
                "strength",
                "test accuracy",
                "gain over none, points",
                "deviation of the gain",
                "p, corrected",
                "all minus last, points",
                "its p, corrected");
        for (Map.Entry<String, RegularizerGrid> entry : grids.entrySet()) {
            RegularizerGrid grid = entry.getValue();
            Gain[] gains = grid.gains();
            Gain[] all = grid.gainsOfAllLayers();
            int next = 0;
            for (int m = 0; m < gains.length; m++) {
                Method method = grid.methods().get(m);
                Gain over = method.everywhere() ? all[next++] : null;
                table = table.row(
                        entry.getKey(),
                        method.term().label(),
                        method.layers(),
                        grid.strength(m),
                        grid.test(m),
                        gains[m].points(),
                        gains[m].deviation(),
                        gains[m].p(),
                        over == null ? "" : over.points(),
                        over == null ? "" : over.p());
            }
        }
        return table;
    }

    private static Figure figure(Map<String, RegularizerGrid> grids) {
        List<Panel> panels = grids.entrySet().stream()
                .map(entry -> panel(entry.getKey(), entry.getValue()))
                .toList();
        return new Figure(
                "Gain over no regularizer in test accuracy, mean over the runs: 1 weight decay, 2 variance, 3 SVMax, 4"
                        + " variance and covariance. Full: on the last hidden layer. Open: on all hidden layers.",
                Math.min(3, panels.size()),
                panels);
    }

    private static Panel panel(String title, RegularizerGrid grid) {
        Trajectory last = new Trajectory();
        Trajectory all = new Trajectory();
        Gain[] gains = grid.gains();
        for (int m = 0; m < gains.length; m++) {
            Method method = grid.methods().get(m);
            if (method.term() != FeatureTerm.NONE) {
                (method.everywhere() ? all : last).add(method.term().ordinal(), gains[m].points());
            }
        }
        return Panel.of(
                        title,
                        Axis.linear("regularizer").between(0.5, FeatureTerm.values().length - 0.5),
                        Axis.linear("gain, points"))
                .with(
                        Series.level("", Color.GRAY, 0.5, FeatureTerm.values().length - 0.5, 0),
                        new Series.Dots("last layer", Color.BLUE, 5, true, last.x(), last.y()),
                        new Series.Dots("all layers", Color.VERMILION, 5, false, all.x(), all.y()));
    }
}
