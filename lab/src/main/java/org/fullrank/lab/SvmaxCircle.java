package org.fullrank.lab;

import static org.fullrank.lab.Expected.atMost;
import static org.fullrank.lab.Expected.near;
import static org.fullrank.lab.SingularValueMean.angles;
import static org.fullrank.lab.SingularValueMean.column;
import static org.fullrank.lab.SingularValueMean.frame;
import static org.fullrank.lab.SingularValueMean.lower;
import static org.fullrank.lab.SingularValueMean.mean;
import static org.fullrank.lab.SingularValueMean.normalized;
import static org.fullrank.lab.SingularValueMean.uniform;
import static org.fullrank.lab.SingularValueMean.upper;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.lab.Series.Color;
import org.fullrank.objective.Contrastive;

/// Checks two claims about the mean singular value of normalized embeddings. The mean singular value
/// distinguishes polarized from spread embeddings, and maximizing it spreads them.
///
/// @param gradient computes the gradient of the mean singular value with respect to the embeddings `[b, d]`;
///     under test
/// @param weight of SVMax in the loss of the network; under test
record SvmaxCircle(UnaryOperator<SimpleMatrix> gradient, double weight) implements Experiment {
    private static final int POINTS = 128;
    private static final double RATE = 1;
    private static final int STEPS = 2000;
    /// Standard deviation of the angle about the poles, for which the expected singular values are those of
    /// figure 1 of the paper.
    private static final double POLARIZED = 0.1013;

    private static final double SPREAD = 0.816;

    SvmaxCircle() {
        this(SingularValueMean::slope, Contrastive.DEFAULT_MEAN_SINGULAR_VALUE);
    }

    @Override
    public boolean takesData() {
        return true;
    }

    @Override
    public Description description() {
        return new Description(
                "svmax-circle",
                "the mean singular value tells polarized from spread embeddings, and spreads them",
                "Taha, Hanson, Shrivastava, Davis, SVMax: A feature embedding regularizer, arXiv" + " 2103.02770",
                "figure 1 and equations 2 to 4. The descent of points on the circle is an experiment of this project",
                """
                Can one number say whether embeddings are spread or lie at two poles? The experiment puts points on
                a circle, once spread and once polarized, and computes the mean of the singular values, which SVMax
                raises in training. You see that the number tells the two apart, and that points which follow its
                gradient spread out.

                E `[b, d]` is a matrix of b embeddings with rows of norm 1. The mean singular value of E is `s_mu =
                (1/d) sum s_i(E)`. This mean lies between `L = sqrt(b)/d` (rank 1) and `U = (1/d) sqrt(b d/max(b,
                d)) sqrt(b)` (all singular values are equal).

                There are two sets of 128 points on the unit circle. The first set is polarized: its points lie near
                two poles. The angles of these points are quantiles of a normal distribution with standard deviation
                0.1013. The second set is spread: the standard deviation of its angles is 0.816.

                First, each point moves by 0.001 N(0, 1). Then gradient descent moves the points in 2000 steps of
                size 1. The descent minimizes SVMax, `exp((U - s_mu)/(U - L))`, or a pull to the mean m of the
                points, `mean |e - m|^2`, or the sum of both. The gradient of `s_mu` is `P Q'/d`. After each step,
                the rows are normalized again.

                **A network.** A small network of the official code puts images on the circle: 32 filters of 3 x 3 with
                ReLU, 128 units with ReLU, and 2 outputs of length 1. The loss is contrastive with margin 1, with and
                without SVMax of weight 1. A batch has 8 classes with 4 images each, so U is 4. SGD has the rate 0.01
                and takes 200 steps (60 in a quick run). The 2000 images are the first of MNIST, averaged over blocks of
                2 x 2 pixels. If `--data` has no MNIST, digits are drawn like those of a seven-segment display.

                **What to look at.** We expected that one axis dominates without SVMax. On MNIST, this is so after 20
                steps for two of three seeds, but after 200 steps for none. SVMax raises `s_mu` most in the first steps;
                at the end, both networks use both axes, and the gain is small. The last column has the share of 640
                test images whose nearest image has the same class.
                """);
    }

    @Override
    public Outcome run(Setting setting) {
        List<Claim> claims = new ArrayList<>(figureOne());
        Descent svmax = descend(angles(POINTS, POLARIZED, true), true, false, setting);
        Descent pull = descend(angles(POINTS, SPREAD, false), false, true, setting);
        Descent both = descend(angles(POINTS, SPREAD, false), true, true, setting);
        claims.addAll(descents(svmax, pull, both));
        claims.addAll(bounds(setting));
        claims.addAll(exact(setting));
        int steps = setting.size(60, 200);
        CircleRun alone = CircleRun.of(0, steps, setting);
        CircleRun regularized = CircleRun.of(weight, steps, setting);
        claims.addAll(CircleRun.claims(alone, regularized));
        ResultTable table = ResultTable.of("points", "s1", "s2", "s_mu", "length of the mean", "recall@1");
        table = row(table, "polarized", angles(POINTS, POLARIZED, true));
        table = row(table, "spread", angles(POINTS, SPREAD, false));
        table = row(table, "polarized, after SVMax", svmax.end);
        table = row(table, "spread, after pull", pull.end);
        table = row(table, "spread, after pull and SVMax", both.end);
        table = row(table, "network, contrastive, %s".formatted(alone.data()), alone);
        table = row(table, "network, contrastive and SVMax, %s".formatted(regularized.data()), regularized);
        return new Outcome(claims, table, figure(setting, svmax, pull, both, CircleRun.panel(alone, regularized)));
    }

    private static ResultTable row(ResultTable table, String name, SimpleMatrix e) {
        double[] s = e.svd(true).getSingularValues();
        return table.row(name, s[0], s[1], mean(e), meanLength(e), "");
    }

    private static ResultTable row(ResultTable table, String name, CircleRun run) {
        int last = run.first().length - 1;
        return table.row(
                name, run.first()[last], run.second()[last], run.mean(), meanLength(run.embeddings()), run.recall());
    }

    private static double meanLength(SimpleMatrix e) {
        return SimpleMatrix.ones(1, e.getNumRows()).mult(e).normF() / e.getNumRows();
    }

    private static List<Claim> figureOne() {
        double[] polarized = angles(POINTS, POLARIZED, true).svd(true).getSingularValues();
        double[] spread = angles(POINTS, SPREAD, false).svd(true).getSingularValues();
        return List.of(
                Claim.of(
                        "polarized points with s2 = 1.14 have s1 = 11.25 (figure 1)",
                        Math.hypot(polarized[0], polarized[1] - 1.14),
                        near(11.25, 0.01),
                        "s1^2 + s2^2 = 128; the deviation is chosen for s2, so s1 is the test; two digits are"
                                + " printed"),
                Claim.of(
                        "spread points with s1 = 8.99 have s2 = 6.86 (figure 1)",
                        spread[1],
                        near(6.86, 0.03),
                        "the deviation is that of exp(-2 sigma^2) = .264, chosen for s1; quantiles cut the tails"));
    }

    /// The result of a descent.
    private record Descent(SimpleMatrix end, Trajectory first, Trajectory second) {}

    private Descent descend(SimpleMatrix start, boolean svmax, boolean pull, Setting setting) {
        double low = lower(POINTS, 2);
        double high = upper(POINTS, 2);
        RandomGenerator random = setting.random("svmax-circle");
        SimpleMatrix e = normalized(start.plus(MatrixMath.gaussian(random, POINTS, 2, 1e-3)));
        Trajectory first = new Trajectory();
        Trajectory second = new Trajectory();
        for (int step = 0; step <= STEPS; step++) {
            double[] s = e.svd(true).getSingularValues();
            first.add(step, s[0]);
            second.add(step, s[1]);
            SimpleMatrix change = new SimpleMatrix(POINTS, 2);
            if (svmax) {
                double weight = StrictMath.exp((high - mean(e)) / (high - low)) / (high - low);
                change = change.plus(weight, gradient.apply(e));
            }
            if (pull) {
                SimpleMatrix mean = SimpleMatrix.ones(1, POINTS).mult(e).divide(POINTS);
                SimpleMatrix towards = SimpleMatrix.ones(POINTS, 1).mult(mean).minus(e);
                change = change.plus(2.0 / POINTS, towards);
            }
            e = normalized(e.plus(RATE, change));
        }
        return new Descent(e, first, second);
    }

    private static List<Claim> descents(Descent svmax, Descent pull, Descent both) {
        double[] s = svmax.end.svd(true).getSingularValues();
        double phi = balance();
        return List.of(
                Claim.of(
                        "SVMax makes the singular values of the polarized points equal: s1 - s2",
                        s[0] - s[1],
                        atMost(1e-3),
                        "the maximum is reached, not approached; both are sqrt(64) there"),
                Claim.of(
                        "SVMax takes s_mu to its bound U = 8",
                        mean(svmax.end),
                        near(8, 1e-6),
                        "error of s_mu is of second order in that of s1 - s2"),
                Claim.of(
                        "the pull alone takes s_mu to the bound L = 5.657: one axis remains",
                        mean(pull.end),
                        near(lower(POINTS, 2), 1e-3),
                        "sqrt(128)/2; 2000 steps of rate 2/128 contract angles by exp(-31)"),
                Claim.of(
                        "with SVMax and the pull both axes remain, two groups at the angles +-phi: s2/s1 = tan phi",
                        both.second.y()[STEPS] / both.first.y()[STEPS],
                        near(StrictMath.tan(phi), 1e-3),
                        "phi = 31.3 degrees, where both gradients balance (derived here)"),
                Claim.of(
                        "with SVMax and the pull the mean has the length cos phi",
                        meanLength(both.end),
                        near(StrictMath.cos(phi), 1e-3),
                        "as above"));
    }

    /// The angle at which -d/dphi exp((U - s_mu)/(U - L)) = d/dphi (1 - cos^2 phi), for two groups of points
    /// at +-phi. For these points, s1 = sqrt(b) cos phi and s2 = sqrt(b) sin phi.
    private static double balance() {
        double gap = upper(POINTS, 2) - lower(POINTS, 2);
        double half = lower(POINTS, 2);
        Bisection found = Bisection.of(0, Math.PI / 4, 50, phi -> {
            double cos = StrictMath.cos(phi);
            double sin = StrictMath.sin(phi);
            double push = StrictMath.exp((upper(POINTS, 2) - half * (cos + sin)) / gap) / gap * half * (cos - sin);
            return push <= 2 * cos * sin;
        });
        return found.low();
    }

    private static List<Claim> bounds(Setting setting) {
        RandomGenerator random = setting.random("svmax-circle bounds");
        double below = 0;
        double above = 0;
        for (int b : new int[] {2, 8, 32, 144}) {
            for (int d : new int[] {2, 8, 32, 128}) {
                for (SimpleMatrix e : List.of(
                        normalized(MatrixMath.gaussian(random, b, d, 1)), uniform(random, b, d), column(b, d))) {
                    below = Math.max(below, lower(b, d) - mean(e));
                    above = Math.max(above, mean(e) - upper(b, d));
                }
            }
        }
        return List.of(
                Claim.of("L is never undercut, b and d from 2 to 144: by at most", below, atMost(1e-12), "rounding"),
                Claim.of("U is never exceeded: by at most", above, atMost(1e-12), "rounding"),
                Claim.of(
                        "Gaussian directions, b 144, d 128: s_mu",
                        mean(normalized(MatrixMath.gaussian(random, 144, 128, 1))),
                        near(0.9236, 0.006),
                        "reference .9236, one draw; the spread between draws is about .002"),
                Claim.of(
                        "uniform [0, 1] rows, polarized: s_mu",
                        mean(uniform(random, 144, 128)),
                        near(0.538, 0.012),
                        "reference .538, one draw; the spread between draws is about .003"),
                Claim.of("one column only: s_mu", mean(column(144, 128)), near(0.09375, 1e-12), "L, exactly"),
                Claim.of(
                        "a harmonic frame with b 144, d 128 reaches U: s_mu",
                        mean(frame(144, 128)),
                        near(1.06066, 1e-5),
                        "reference 1.06066"),
                Claim.of(
                        "equally spaced points with b 32, d 2 reach U: s_mu",
                        mean(frame(32, 2)),
                        near(4, 1e-12),
                        "reference 4.0"),
                Claim.of(
                        "one column only with b 32, d 2: s_mu",
                        mean(column(32, 2)),
                        near(2.828, 1e-3),
                        "reference 2.828"));
    }

    private List<Claim> exact(Setting setting) {
        RandomGenerator random = setting.random("svmax-circle gradient");
        SimpleMatrix a = new SimpleMatrix(new double[][] {{1, 2, 0}, {0, -1, 3}, {2, 0, 1}, {-1, 1, 1}});
        SimpleMatrix wide = MatrixMath.orthonormal(random, 32, 8).transpose();
        SimpleMatrix e = MatrixMath.gaussian(random, 12, 5, 1);
        SimpleMatrix slope = gradient.apply(e);
        double h = 1e-6;
        double largest = 0;
        for (int i = 0; i < e.getNumElements(); i++) {
            SimpleMatrix up = e.copy();
            SimpleMatrix down = e.copy();
            up.set(i, e.get(i) + h);
            down.set(i, e.get(i) - h);
            largest = Math.max(largest, Math.abs((mean(up) - mean(down)) / (2 * h) - slope.get(i)));
        }
        return List.of(
                Claim.of(
                        "the gradient of s_mu is P Q'/d: largest difference from finite differences",
                        largest,
                        atMost(1e-7),
                        "central differences with step 1e-6: rounding of 1e-10 or so"),
                Claim.of(
                        "s_mu of the normalized rows (1,2,0), (0,-1,3), (2,0,1), (-1,1,1)",
                        mean(normalized(a)),
                        near(1.1536232736238212, 1e-12),
                        "golden value"),
                Claim.of(
                        "8 orthonormal rows in 32 dimensions reach U: s_mu - U",
                        mean(wide) - upper(8, 32),
                        near(0, 1e-12),
                        "b < d: the mean is over d"));
    }

    private static Figure figure(Setting setting, Descent svmax, Descent pull, Descent both, Panel network) {
        Panel time = Panel.of("Singular values", Axis.linear("step").between(0, 400), Axis.linear("singular value"))
                .with(
                        svmax.first.line("SVMax", Color.BLUE),
                        svmax.second.line("", Color.BLUE),
                        pull.first.line("pull", Color.VERMILION),
                        pull.second.line("", Color.VERMILION),
                        both.first.line("both", Color.GREEN),
                        both.second.line("", Color.GREEN));
        return Figure.of(
                "The first plot of the upper row shows polarized points before (vermilion) and after"
                        + " SVMax (blue). The second plot shows spread points after the pull, without and with"
                        + " SVMax. The third plot shows the singular values. The lower row shows both bounds and"
                        + " random embeddings, and the singular values of the network.",
                3,
                circle("Polarized, after SVMax", angles(POINTS, POLARIZED, true), svmax.end),
                circle("Spread, after pull and SVMax", pull.end, both.end),
                time,
                against(setting, true),
                against(setting, false),
                network);
    }

    private static Panel circle(String title, SimpleMatrix before, SimpleMatrix after) {
        return Panel.of(
                        title,
                        Axis.linear("dimension 1").between(-1.6, 1.6),
                        Axis.linear("dimension 2").between(-1.25, 1.25))
                .with(
                        Series.graph("", Color.GRAY, -1, 1, x -> Math.sqrt(1 - x * x)),
                        Series.graph("", Color.GRAY, -1, 1, x -> -Math.sqrt(1 - x * x)),
                        points("without SVMax", Color.VERMILION, 4, before),
                        points("with", Color.BLUE, 2.5, after));
    }

    private static Series points(String label, Color color, double radius, SimpleMatrix e) {
        return new Series.Dots(
                label,
                color,
                radius,
                true,
                e.getColumn(0).getDDRM().getData().clone(),
                e.getColumn(1).getDDRM().getData().clone());
    }

    /// s_mu and its bounds as a function of d at b = 144, or as a function of b at d = 32.
    private static Panel against(Setting setting, boolean dimension) {
        RandomGenerator random = setting.random("svmax-circle figure");
        Trajectory low = new Trajectory();
        Trajectory high = new Trajectory();
        Trajectory gaussian = new Trajectory();
        Trajectory positive = new Trajectory();
        for (int n = 2; n <= 256; n *= 2) {
            int b = dimension ? 144 : n;
            int d = dimension ? n : 32;
            low.add(n, lower(b, d));
            high.add(n, upper(b, d));
            gaussian.add(n, mean(normalized(MatrixMath.gaussian(random, b, d, 1))));
            positive.add(n, mean(uniform(random, b, d)));
        }
        return Panel.of(
                        dimension ? "Bounds, b 144" : "Bounds, d 32",
                        Axis.log(dimension ? "dimension d" : "batch b"),
                        Axis.log("mean singular value s_mu"))
                .with(
                        high.line("U", Color.BLACK),
                        low.line("L", Color.BLACK).dash(),
                        gaussian.line("Gaussian", Color.BLUE),
                        positive.line("uniform [0, 1]", Color.VERMILION));
    }
}
