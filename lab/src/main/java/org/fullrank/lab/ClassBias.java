package org.fullrank.lab;

import static org.fullrank.lab.Expected.atLeast;
import static org.fullrank.lab.Expected.atMost;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fullrank.lab.Series.Color;
import org.fullrank.stats.PairedTest;

/// Checks that a regularizer that hardly changes the mean accuracy can ruin a class.
///
/// @param fit logistic regression; under test
record ClassBias(UnbalancedMixture.Fit fit) implements Experiment {
    /// C of the objective, from weak to strong weight decay.
    private static final double[] STRENGTHS = {100, 1, 0.1, 0.01, 0.001};
    /// Positions in this list.
    private static final int WEAK = 0;

    private static final int STRONG = 3;
    private static final int[] TRAIN = {500, 500, 40};
    private static final int[] BALANCED = {500, 500, 500};
    private static final int[] TEST = {5000, 5000, 400};
    /// The small class.
    private static final int SMALL = 2;

    private static final List<String> CLASSES = List.of("left", "right", "small");

    ClassBias() {
        this(UnbalancedMixture::minimum);
    }

    @Override
    public Description description() {
        return new Description(
                "class-bias",
                "weight decay that costs two points of accuracy can ruin a small class",
                "Balestriero, Bottou and LeCun, The Effects of Regularization and Data Augmentation are Class"
                        + " Dependent, NeurIPS 2022, arXiv 2204.03632",
                "the claim of the abstract about weight decay. The set-up, the reference values and the margins come"
                        + " from this project. We did not read the text of the paper",
                """
                Can a setting that looks good on average ruin a single class? The experiment trains a simple
                classifier on two large classes and a small one, with weak to strong weight decay. You see the mean
                accuracy fall by two points while the accuracy of the small class falls from about three quarters to
                nothing.

                The abstract says that weight decay, chosen for the best mean accuracy, can ruin single classes.

                **Set-up.** Three Gaussian classes in the plane: *left* at (-2, 0) and *right* at (2, 0) with
                deviation 0.8, and *small* at (0, 1.5) with deviation 0.5. Training has 500, 500 and 40 points, and
                the test has 5000, 5000 and 400. Multinomial logistic regression minimizes
                `C sum(cross-entropy) + |W|^2/2`; the biases have no decay. Newton's method finds the minimum. There
                are 10 draws (5 in a quick run). All values of C see the same draws, so the tests are paired
                t-tests, corrected by Holm's method for the three classes.

                The *balanced* points are a control: 500 training points of each class, and the same test.

                Here, the best mean is at C 100, which ruins no class. So this page does not show the claim of the
                abstract itself. It shows that a loss of two points on average can hide a ruined class.

                **What to look at.** From C 100 to C 0.01 the accuracy on all test points falls by 2 points. The
                small class falls to nothing, and both large classes gain. With balanced classes the same decay
                does not hurt the class in the middle. So the decay alone is not to blame. The lack of balance alone
                is not to blame either: with weak decay, three quarters of the small class are right.
                """);
    }

    @Override
    public Outcome run(Setting setting) {
        int draws = setting.size(5, 10);
        Measured unbalanced = measure(setting, draws, TRAIN);
        Measured balanced = measure(setting, draws, BALANCED);
        return new Outcome(
                claims(unbalanced.accuracies, balanced.accuracies, Math.max(unbalanced.slope, balanced.slope)),
                table(table(header(), "500, 500, 40", unbalanced.accuracies), "500, 500, 500", balanced.accuracies),
                figure(unbalanced.accuracies, balanced.accuracies));
    }

    /// @param slope largest entry of a gradient at a fit, relative to C N
    private record Measured(ClassAccuracies accuracies, double slope) {}

    private Measured measure(Setting setting, int draws, int[] sizes) {
        double[][][] shares = new double[STRENGTHS.length][draws][];
        double slope = 0;
        for (int draw = 0; draw < draws; draw++) {
            var points = UnbalancedMixture.draw(setting.random("class-bias train", draw), sizes);
            var test = UnbalancedMixture.draw(setting.random("class-bias test", draw), TEST);
            for (int s = 0; s < STRENGTHS.length; s++) {
                double[][] weights = fit.of(points, STRENGTHS[s]);
                slope = Math.max(slope, largestSlope(points, weights, STRENGTHS[s]));
                shares[s][draw] = test.accuracies(weights);
            }
        }
        List<String> labels = Arrays.stream(STRENGTHS).mapToObj(c -> "C " + c).toList();
        return new Measured(new ClassAccuracies(labels, shares, TEST), slope);
    }

    private static double largestSlope(UnbalancedMixture points, double[][] weights, double c) {
        return Arrays.stream(points.slope(weights, c))
                        .flatMapToDouble(Arrays::stream)
                        .map(Math::abs)
                        .max()
                        .orElseThrow()
                / (c * points.labels().length);
    }

    private static List<Claim> claims(ClassAccuracies unbalanced, ClassAccuracies balanced, double slope) {
        double[] p = unbalanced.p(WEAK, STRONG);
        return List.of(
                Claim.of(
                        "the weights are the minimum of the objective: largest entry of the gradient / (C N)",
                        slope,
                        atMost(1e-9),
                        "the objective is convex, so a zero gradient is the minimum; the rest is rounding"),
                Claim.of(
                        "from C 100 to 0.01 the accuracy on all test points changes by, in points",
                        unbalanced.gain(WEAK, STRONG),
                        Expected.near(-2.3, 0.7),
                        "the reference has .979 and .956; at most 3 points"),
                Claim.of(
                        "the small class changes by, in points",
                        unbalanced.gain(WEAK, STRONG, SMALL),
                        atMost(-50),
                        "the reference has .775 and .000"),
                Claim.of(
                        "the change of the small class is not by chance: p, corrected",
                        p[SMALL],
                        atMost(PairedTest.LEVEL),
                        "the usual level"),
                Claim.of(
                        "at C 0.01 the accuracy of the small class is",
                        unbalanced.of(STRONG, SMALL),
                        atMost(0.02),
                        "0 in the reference"),
                Claim.of(
                        "both large classes gain: the smaller gain, in points",
                        Math.min(unbalanced.gain(WEAK, STRONG, 0), unbalanced.gain(WEAK, STRONG, 1)),
                        atLeast(0.2),
                        "0.7 and 0.8 in the reference"),
                Claim.of(
                        "the gains of the large classes are not by chance: the larger p, corrected",
                        Math.max(p[0], p[1]),
                        atMost(PairedTest.LEVEL),
                        "the usual level"),
                Claim.of(
                        "weak decay does not ruin the small class: its accuracy at C 100",
                        unbalanced.of(WEAK, SMALL),
                        Expected.near(0.775, 0.1),
                        "the reference; a draw has only 40 training points of it"),
                Claim.of(
                        "with balanced classes the same decay does not ruin the class in the middle: its change, in"
                                + " points",
                        balanced.gain(WEAK, STRONG, SMALL),
                        atLeast(-5),
                        "a control, +1 while this was built; the margin is chosen here"),
                Claim.of(
                        "the C with the best mean is not the best of every class: number of classes for which another"
                                + " C is significantly better",
                        unbalanced.harmed().length,
                        atLeast(1),
                        "the large classes gain from a stronger decay; corrected for all classes and values of C"));
    }

    private static ResultTable header() {
        List<String> header = new ArrayList<>(List.of("training points", "C", "all"));
        header.addAll(CLASSES);
        return ResultTable.of(header.toArray(String[]::new));
    }

    private static ResultTable table(ResultTable table, String points, ClassAccuracies accuracies) {
        ResultTable longer = table;
        for (int s = 0; s < STRENGTHS.length; s++) {
            longer = longer.row(
                    points,
                    STRENGTHS[s],
                    accuracies.overall(s),
                    accuracies.of(s, 0),
                    accuracies.of(s, 1),
                    accuracies.of(s, SMALL));
        }
        return longer;
    }

    private static Figure figure(ClassAccuracies unbalanced, ClassAccuracies balanced) {
        return Figure.of(
                "Accuracy by the strength of the decay; a small C is a strong decay. On the left the accuracy on all"
                        + " points hides the small class.",
                2,
                panel("500, 500 and 40 training points", unbalanced),
                panel("500 training points of each class", balanced));
    }

    private static Panel panel(String title, ClassAccuracies accuracies) {
        Panel panel = Panel.of(
                title,
                Axis.log("C, the weight of the data"),
                Axis.linear("test accuracy").between(0, 1.02));
        Trajectory all = new Trajectory();
        for (int s = 0; s < STRENGTHS.length; s++) {
            all.add(STRENGTHS[s], accuracies.overall(s));
        }
        for (int label = 0; label < CLASSES.size(); label++) {
            Trajectory own = new Trajectory();
            for (int s = 0; s < STRENGTHS.length; s++) {
                own.add(STRENGTHS[s], accuracies.of(s, label));
            }
            panel = panel.with(own.line(CLASSES.get(label), Color.of(label)));
        }
        return panel.with(all.line("all points", Color.BLACK).dash());
    }
}
