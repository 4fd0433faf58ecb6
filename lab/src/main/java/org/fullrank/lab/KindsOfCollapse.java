package org.fullrank.lab;

import static org.fullrank.lab.Expected.atLeast;
import static org.fullrank.lab.Expected.atMost;
import static org.fullrank.lab.Expected.near;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.lab.Series.Color;

/// Shows constant and dimensional collapse as points in the plane.
///
/// @param slope the gradient of the loss; under test
record KindsOfCollapse(Slope slope) implements Experiment {
    /// What a training minimizes.
    enum Loss {
        NONE("before training"),
        INVARIANCE("views agree"),
        VARIANCE("+ variance"),
        COVARIANCE("+ covariance");

        private final String title;

        Loss(String title) {
            this.title = title;
        }
    }

    /// The gradient of a loss with respect to the embeddings `a` `[N, 2]` of the first view.
    @FunctionalInterface
    interface Slope {
        SimpleMatrix of(Loss loss, SimpleMatrix a, SimpleMatrix b);
    }

    private static final int INPUTS = 6;
    private static final int CLASSES = 4;
    /// Deviation of the items of a class from its corner.
    private static final double WITHIN = 0.2;
    /// Deviation of a view from its item, for each input before the rotation.
    private static final double[] VIEW = {0.15, 0.3, 1, 1, 1, 1};

    private static final double RATE = 0.004;
    private static final int STEPS = 3000;
    private static final int BATCH = 256;
    private static final int DRAWN = 240;
    /// Deviation of the noise on the embeddings that the classifier reads.
    private static final double READING = 1e-3;

    KindsOfCollapse() {
        this(KindsOfCollapse::slope);
    }

    /// The terms of VICReg, one more with each loss.
    static SimpleMatrix slope(Loss loss, SimpleMatrix a, SimpleMatrix b) {
        SimpleMatrix slope = PairLoss.invarianceSlope(a, b).scale(PairLoss.INVARIANCE);
        if (loss.compareTo(Loss.VARIANCE) >= 0) {
            slope = slope.plus(PairLoss.varianceSlope(a).scale(PairLoss.VARIANCE));
        }
        if (loss.compareTo(Loss.COVARIANCE) >= 0) {
            PairLoss.Covariance covariance = PairLoss::covariance;
            slope = slope.plus(covariance.slope(a, 1).scale(PairLoss.COVARIANCE));
        }
        return slope;
    }

    @Override
    public Description description() {
        return new Description(
                "collapse",
                "what collapse is: all embeddings at one point, or on one line, or spread",
                "Bardes, Ponce, LeCun, VICReg: Variance-invariance-covariance regularization for self-supervised"
                        + " learning, ICLR 2022, arXiv 2105.04906",
                "what the three terms of the loss are for. The data and the margins come from this project",
                """
                What happens to embeddings if training only asks that two views of an item agree? The experiment trains
                a small encoder three times and draws the embeddings: first with this term alone, then with a term that
                keeps the embeddings of different items apart, then with a term that also keeps the two dimensions
                different. You see the points fall onto one point, then onto one line, and only in the last picture
                spread over the plane.

                **What to look at.** All items on one point is *constant collapse*: a classifier that reads the
                embeddings to 0.001 can only guess, but the loss of the first training is the smallest possible. All
                items on one line is *dimensional collapse*: the second dimension repeats the first, so it adds no
                information. In both pictures the views agree. So a loss that is small does not show that an encoder is
                good.

                **Set-up.** An item has one of four classes, the corners (-1, -1), (-1, 1), (1, -1) and (1, 1), plus
                noise of standard deviation 0.2. Four further numbers are 0. A view adds noise of standard deviation
                0.15 to the first number, 0.3 to the second, and 1 to the others; a fixed random rotation then mixes the
                six numbers. The encoder is a linear map to two dimensions without bias. It starts from N(0, 0.25) and
                makes 3000 steps of size 0.004, each with 256 new items. The terms are those of VICReg. The weights are
                25 for the invariance, 25 for the variance and 10 for the covariance. The paper uses 1 for the
                covariance, with many more dimensions. Classes are never trained on. The accuracy is that of the nearest
                class mean, on 2000 new items. It reads the embeddings with noise of standard deviation 0.001. Without
                this noise, it would tell items apart whose embeddings differ by a millionth, because the nearest mean
                has no scale.
                """);
    }

    /// Items and their classes.
    ///
    /// @param signal `[N, INPUTS]`, without the noise of views and before the rotation
    private record Items(SimpleMatrix signal, int[] classes) {
        static Items draw(RandomGenerator random, int count) {
            var signal = new SimpleMatrix(count, INPUTS);
            int[] classes = new int[count];
            for (int i = 0; i < count; i++) {
                classes[i] = random.nextInt(CLASSES);
                signal.set(i, 0, (classes[i] / 2 * 2 - 1) + WITHIN * random.nextGaussian());
                signal.set(i, 1, (classes[i] % 2 * 2 - 1) + WITHIN * random.nextGaussian());
            }
            return new Items(signal, classes);
        }

        SimpleMatrix view(RandomGenerator random, SimpleMatrix rotation) {
            SimpleMatrix view = signal.copy();
            for (int i = 0; i < classes.length; i++) {
                for (int j = 0; j < INPUTS; j++) {
                    view.set(i, j, view.get(i, j) + VIEW[j] * random.nextGaussian());
                }
            }
            return view.mult(rotation);
        }
    }

    /// The result of a training.
    ///
    /// @param z embeddings of new items, `[N, 2]`
    /// @param read the same with noise, for the classifier
    /// @param disagreement mean squared difference of the embeddings of two views
    private record Trained(SimpleMatrix z, SimpleMatrix read, int[] classes, double disagreement) {
        double smallestDeviation() {
            return Math.min(VectorMath.deviation(column(0)), VectorMath.deviation(column(1)));
        }

        double largestDeviation() {
            return Math.max(VectorMath.deviation(column(0)), VectorMath.deviation(column(1)));
        }

        private double[] column(int d) {
            return z.getColumn(d).getDDRM().getData();
        }

        /// exp of the entropy of the shares of variance: 1 for a line, 2 for a round cloud.
        double effectiveRank() {
            SimpleMatrix centered = PairLoss.centered(z);
            double[] values = MatrixMath.eigenvalues(centered.transpose().mult(centered));
            double entropy = 0;
            for (double value : values) {
                double share = Math.max(0, value) / (values[0] + values[1]);
                entropy -= share > 0 ? share * StrictMath.log(share) : 0;
            }
            return StrictMath.exp(entropy);
        }

        /// Share of the second half of the items that are nearest to the mean of their class in the first half.
        double accuracy() {
            int half = classes.length / 2;
            var means = new SimpleMatrix(CLASSES, 2);
            int[] counts = new int[CLASSES];
            for (int i = 0; i < half; i++) {
                means.setRow(classes[i], means.getRow(classes[i]).plus(read.getRow(i)));
                counts[classes[i]]++;
            }
            int right = 0;
            for (int i = half; i < classes.length; i++) {
                int best = 0;
                double least = Double.POSITIVE_INFINITY;
                for (int c = 0; c < CLASSES; c++) {
                    double distance = read.getRow(i)
                            .minus(means.getRow(c).divide(counts[c]))
                            .normF();
                    if (distance < least) {
                        least = distance;
                        best = c;
                    }
                }
                right += best == classes[i] ? 1 : 0;
            }
            return right / (double) (classes.length - half);
        }
    }

    @Override
    public Outcome run(Setting setting) {
        List<Trained> all = new ArrayList<>();
        for (Loss loss : Loss.values()) {
            all.add(train(loss, setting));
        }
        ResultTable table =
                ResultTable.of("training", "std of the dimensions", "effective rank", "views differ by", "accuracy");
        List<Panel> panels = new ArrayList<>();
        for (Loss loss : Loss.values()) {
            Trained trained = all.get(loss.ordinal());
            table = table.row(
                    loss.title,
                    "%.2g and %.2g".formatted(trained.smallestDeviation(), trained.largestDeviation()),
                    trained.effectiveRank(),
                    trained.disagreement,
                    trained.accuracy());
            panels.add(panel(loss, trained));
        }
        return new Outcome(
                claims(all),
                table,
                new Figure(
                        "Embeddings of %d items; each color is a class. Asking only that views agree moves all items to"
                                        .formatted(DRAWN)
                                + " one point (constant collapse). With the variance term, they lie on one line"
                                + " (dimensional collapse). With the covariance term too, they use both dimensions.",
                        4,
                        panels));
    }

    private static List<Claim> claims(List<Trained> all) {
        Trained before = all.get(Loss.NONE.ordinal());
        Trained constant = all.get(Loss.INVARIANCE.ordinal());
        Trained line = all.get(Loss.VARIANCE.ordinal());
        Trained full = all.get(Loss.COVARIANCE.ordinal());
        return List.of(
                Claim.of(
                        "views agree: largest standard deviation, relative to that before training",
                        constant.largestDeviation() / before.largestDeviation(),
                        atMost(0.001),
                        "all inputs have noise, so each direction shrinks; the slowest by exp(-13) in 3000 steps"),
                Claim.of(
                        "views agree: accuracy",
                        constant.accuracy(),
                        near(0.25, 0.07),
                        "a guess among four classes; a share of 1000 items has a deviation of 0.014"),
                Claim.of(
                        "constant collapse has the best loss: how much views differ, relative to the training with all"
                                + " terms",
                        constant.disagreement / full.disagreement,
                        atMost(1e-4),
                        "it is 0 for one point"),
                Claim.of(
                        "+ variance: smallest standard deviation of a dimension",
                        line.smallestDeviation(),
                        near(1, 0.15),
                        "the term keeps it at 1 in each batch, so above 1 for all items, as batches scatter"),
                Claim.of(
                        "+ variance: effective rank of the two dimensions",
                        line.effectiveRank(),
                        near(1, 0.05),
                        "both dimensions choose the input with the least noise, and 1 is a line"),
                Claim.of(
                        "+ variance: accuracy",
                        line.accuracy(),
                        atMost(0.75),
                        "0.5 if the line tells two of four corners apart; 0.75 if it is a diagonal, with two in one"
                                + " place"),
                Claim.of(
                        "+ covariance: effective rank of the two dimensions",
                        full.effectiveRank(),
                        atLeast(1.9),
                        "uncorrelated dimensions of equal variance have 2"),
                Claim.of(
                        "+ covariance: accuracy",
                        full.accuracy(),
                        atLeast(0.95),
                        "the corners are 2 apart, and the noise has a deviation below 0.3"));
    }

    private Trained train(Loss loss, Setting setting) {
        RandomGenerator random = setting.random("collapse"); // the same start and items for each loss
        SimpleMatrix rotation = MatrixMath.orthonormal(random, INPUTS, INPUTS);
        SimpleMatrix w = MatrixMath.gaussian(random, INPUTS, 2, 0.5); // [INPUTS, 2]
        int steps = loss == Loss.NONE ? 0 : STEPS;
        for (int step = 0; step < steps; step++) {
            Items items = Items.draw(random, BATCH);
            SimpleMatrix x1 = items.view(random, rotation);
            SimpleMatrix x2 = items.view(random, rotation);
            SimpleMatrix z1 = x1.mult(w);
            SimpleMatrix z2 = x2.mult(w);
            SimpleMatrix change = x1.transpose()
                    .mult(slope.of(loss, z1, z2))
                    .plus(x2.transpose().mult(slope.of(loss, z2, z1)));
            w = w.plus(-RATE, change);
        }
        RandomGenerator fresh = setting.random("collapse test");
        Items items = Items.draw(fresh, 2000);
        SimpleMatrix z = items.view(fresh, rotation).mult(w);
        SimpleMatrix other = items.view(fresh, rotation).mult(w);
        double distance = z.minus(other).normF();
        SimpleMatrix noise = MatrixMath.gaussian(setting.random("collapse reading"), z.getNumRows(), 2, READING);
        return new Trained(z, z.plus(noise), items.classes, distance * distance / z.getNumElements());
    }

    private static Panel panel(Loss loss, Trained trained) {
        Panel panel = Panel.of(
                loss.title,
                Axis.linear("dimension 1").between(-3, 3),
                Axis.linear("dimension 2").between(-3, 3));
        for (int c = 0; c < CLASSES; c++) {
            List<SimpleMatrix> rows = new ArrayList<>();
            for (int i = 0; i < DRAWN; i++) {
                if (trained.classes[i] == c) {
                    rows.add(trained.z.getRow(i));
                }
            }
            panel = panel.with(Series.dots(
                    loss == Loss.NONE ? "class " + (c + 1) : "",
                    Color.of(c),
                    rows.stream().mapToDouble(row -> row.get(0)).toArray(),
                    rows.stream().mapToDouble(row -> row.get(1)).toArray()));
        }
        return panel;
    }
}
