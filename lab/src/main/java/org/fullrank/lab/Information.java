package org.fullrank.lab;

import static org.fullrank.lab.Expected.atLeast;
import static org.fullrank.lab.Expected.atMost;
import static org.fullrank.lab.Expected.near;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.independence.GaussianMixture;
import org.fullrank.lab.NoisyPoints.Finding;
import org.fullrank.lab.Series.Color;
import org.fullrank.net.NoisyCopies;
import org.fullrank.stats.NormalityTest;

/// Checks that the outputs of a network of ReLUs for a noisy input are Gaussian while the noise stays in the
/// linear region of the input, and that the bounds of their entropy hold.
///
/// @param local what a network does near a point; under test
/// @param normality test of normality; under test
/// @param entropy bounds of the entropy of a mixture; under test
/// @param logDet gradient of the log determinant with invariance; under test
/// @param vicreg gradient of VICReg's terms; under test
record Information(Local local, Normality normality, Entropy entropy, LogDetToy.Slope logDet, LogDetToy.Slope vicreg)
        implements Experiment {
    /// The Jacobian of a network at a point, `[outputs, inputs]`.
    @FunctionalInterface
    interface Slope {
        SimpleMatrix of(LibraryNetwork network, double[] x);
    }

    /// The outputs for noisy copies of a point.
    @FunctionalInterface
    interface Copies {
        NoisyCopies of(LibraryNetwork network, double[] x, SimpleMatrix draws, double noise);
    }

    /// What a network does near a point.
    record Local(Slope slope, Copies copies) {}

    /// A test whether a sample is normal.
    @FunctionalInterface
    interface Normality {
        NormalityTest of(double[] sample);
    }

    /// Bounds of the entropy of a mixture.
    @FunctionalInterface
    interface Entropy {
        GaussianMixture.Bounds of(GaussianMixture mixture);
    }

    static final double[] LEVELS = {0.001, 0.01, 0.05, 0.2, 1};
    private static final double LEVEL = 0.01;

    Information() {
        this(
                new Local(LibraryNetwork::jacobian, LibraryNetwork::copies),
                NormalityTest::of,
                GaussianMixture::bounds,
                LogDetToy::logDet,
                LogDetToy::vicreg);
    }

    @Override
    public Description description() {
        return new Description(
                "information",
                "noisy copies of an input have Gaussian outputs as long as no ReLU changes its sign",
                "Shwartz-Ziv, Balestriero, Kawaguchi, Rudner, LeCun, What do we maximize in self-supervised learning?,"
                        + " 2022, arXiv 2207.10081",
                "the claims of the abstract. The set-up, the formulas and the margins come from this project",
                """
                How much information do embeddings hold, and does VICReg raise it? There are formulas only for
                simple distributions, so the paper takes the embeddings of an item with a little noise for Gaussian;
                the experiment measures up to which noise this is true, and how near the formulas come. You see that
                the outputs are Gaussian as long as the noise is too small to switch a unit on or off.

                **Why Gaussian.** A network of ReLUs cuts its input space into regions. In a region it is linear,
                `f(x + e) = f(x) + J e`. So Gaussian noise e with the covariance S gives Gaussian outputs with the
                covariance `J S J'`, as long as x + e stays in the region of x. Whether a copy stays is exact: the
                signs of all units for x and for x + e are compared.

                **Noise around a point.** The network has 4 inputs, two layers of 16 units and 3 outputs, with Gaussian
                weights of variance 2/inputs and biases of deviation 0.5. Each of 40 points `N(0, I)` gets 1500 noisy
                copies (12 points and 600 copies in a quick run). All levels of noise use the same draws, times the
                level. D'Agostino and Pearson's test says whether an output is normal, and Kolmogorov and Smirnov's
                whether it has the mean `f(x)` and the variance of `J S J'`. An output is rejected below p = 0.01.

                **Entropy.** If each of N items is such a Gaussian, the embeddings are a mixture. Its entropy has no
                formula. It is between two bounds from the distances of all pairs of components: `mean H(component) -
                mean_i log(mean_j exp(-distance(i, j)))`, with the Bhattacharyya distance for the lower bound and the
                Kullback-Leibler divergence for the upper one. It is also below `1/2 log det(2 pi e S)` with the total
                covariance S, and by Hadamard `log det S <= sum log S_jj`. The last two lead to VICReg: large variances
                and small covariances raise these bounds. But a training raises an *upper* bound, and that the entropy
                follows is a heuristic. The network is of the same kind, with 40 items and 5000 samples of each (500 in
                a quick run).

                **Log det or VICReg.** A linear encoder of two inputs minimizes `a E|z - z'|^2` (a = 1) with `-1/2 log
                det S`, or with VICReg's variance (weight 25) and covariance (weight 1). Gradient descent takes 5000
                steps from 8 random starts, with exact moments. The signal has variance 1 in both directions, and a view
                has noise of variance 0.2 in both, or 0.05 and 0.5 in two directions.

                **What to look at.** As soon as copies leave the region, outputs are rejected, and this happens first
                at points near a boundary. The bounds from pairs are exact for small noise, when the items do not
                overlap. The bound that VICReg stands for is nats above the entropy there; with much noise it is the
                nearer one. Log det leaves the axes of the embedding free: if one direction has more noise, its
                embeddings stay correlated. VICReg's are less correlated, but not uncorrelated, because its invariance
                pulls both of them to the direction with less noise.
                """);
    }

    @Override
    public Outcome run(Setting setting) {
        NoisyPoints noisy = NoisyPoints.of(
                setting.random("information"), local, normality, LEVELS, setting.size(12, 40), setting.size(600, 1500));
        MixtureBounds mixtures = MixtureBounds.of(setting, local, entropy, LEVELS);
        List<Claim> claims = new ArrayList<>(new InformationGolden(local, normality).claims());
        claims.addAll(regions(noisy));
        claims.addAll(gaussian(noisy));
        claims.addAll(bounds(mixtures));
        claims.addAll(new LogDetClaims(logDet, vicreg).claims(setting));
        return new Outcome(claims, table(noisy, mixtures), figure(noisy, mixtures));
    }

    private static List<Claim> regions(NoisyPoints noisy) {
        List<Finding> all = noisy.findings();
        double bent = all.stream()
                .mapToDouble(Finding::bent)
                .filter(share -> !Double.isNaN(share))
                .average()
                .orElse(Double.NaN);
        return List.of(
                Claim.of(
                        "copies whose region differs from that by loops over all units",
                        all.stream().mapToInt(Finding::wrongRegion).sum(),
                        near(0, 0),
                        "the comparison of all signs is exact"),
                Claim.of(
                        "in the region, f(x + e) = f(x) + J e: largest difference, relative to the largest output",
                        VectorMath.largest(all, Finding::linear),
                        atMost(1e-12),
                        "an identity; rounding"),
                Claim.of(
                        "outside of the region it is another map: share of the copies with a difference above 1e-9",
                        bent,
                        atLeast(0.95),
                        "a unit that has just changed its sign makes a difference near 0"),
                Claim.of(
                        "a region is convex: copies that are outside, but inside with more of the same noise",
                        all.stream().mapToInt(Finding::returned).sum(),
                        near(0, 0),
                        "all copies on the line to a point of the region are in it"),
                Claim.of(
                        "noise .001: mean share of the copies that stay in the region",
                        mean(noisy.at(LEVELS[0]), Finding::stay),
                        atLeast(0.95),
                        "the specification measures 1; with more points, some lie at a boundary"),
                Claim.of(
                        "noise 1: mean share of the copies that stay in the region",
                        mean(noisy.at(1), Finding::stay),
                        atMost(0.05),
                        "the specification measures .02 to .28 for .2"));
    }

    private static double mean(List<Finding> findings, ToDoubleFunction<Finding> figure) {
        return findings.stream().mapToDouble(figure).average().orElse(Double.NaN);
    }

    /// Share of the outputs that the test rejects.
    private static double rejected(List<Finding> findings) {
        return mean(findings, f -> share(f.p()));
    }

    private static double share(double[] p) {
        return Arrays.stream(p).filter(value -> value < LEVEL).count() / (double) p.length;
    }

    private static List<Claim> gaussian(NoisyPoints noisy) {
        List<Finding> inside =
                noisy.findings().stream().filter(f -> f.stay() == 1).toList();
        List<Finding> outside =
                noisy.findings().stream().filter(f -> f.stay() < 0.5).toList();
        return List.of(
                Claim.of(
                        "all copies stay: share of the outputs that the test rejects",
                        rejected(inside),
                        atMost(0.05),
                        "the level is .01; the outputs of a point depend on one another"),
                Claim.of(
                        "all copies stay: mean p-value is that of uniform ones",
                        mean(inside, f -> VectorMath.mean(f.p())),
                        near(0.5, 0.15),
                        "deviation .29 / sqrt(outputs), with outputs of a point and levels of noise that depend on one"
                                + " another"),
                Claim.of(
                        "all copies stay: share of the outputs that do not have the normal distribution of J"
                                + " (Kolmogorov-Smirnov)",
                        mean(inside, f -> share(f.predicted())),
                        atMost(0.1),
                        "as above; this test also knows the mean and the variance"),
                Claim.of(
                        "all copies stay: mean distance of the covariance from noise^2 J J', relative, times the root"
                                + " of the copies",
                        mean(inside, Finding::covariance) * Math.sqrt(noisy.copies()),
                        near(1.4, 0.7),
                        "the error of a covariance falls as 1/sqrt(n); 1.2 to 3 in the specification"),
                Claim.of(
                        "fewer than half of the copies stay: share of the outputs that the test rejects",
                        rejected(outside),
                        atLeast(0.5),
                        "the specification measures .83 to .89 for noise .2 and 1"),
                Claim.of(
                        "noise 1: share of the outputs that the test rejects",
                        rejected(noisy.at(1)),
                        atLeast(0.7),
                        "the specification measures .89"));
    }

    private static List<Claim> bounds(MixtureBounds mixtures) {
        List<MixtureBounds.Finding> all = mixtures.findings();
        MixtureBounds.Finding narrow = all.getFirst();
        MixtureBounds.Finding wide = all.getLast();
        return List.of(
                Claim.of(
                        "40 items, noise .001 to 1: samples above the lower bound of the entropy, in standard errors,"
                                + " smallest",
                        VectorMath.smallest(all, MixtureBounds.Finding::aboveLower),
                        atLeast(-3),
                        "a bound; three standard errors for the samples"),
                Claim.of(
                        "the same: samples below the upper bound, in standard errors, smallest",
                        VectorMath.smallest(all, MixtureBounds.Finding::belowUpper),
                        atLeast(-3),
                        "a bound; three standard errors for the samples"),
                Claim.of(
                        "the same: largest distance of both bounds, in nats",
                        VectorMath.largest(
                                all, f -> f.bounds().upper() - f.bounds().lower()),
                        atMost(2.5),
                        "log 40 = 3.7 without looking at distances; the margin is chosen here"),
                Claim.of(
                        "the same: the Gaussian of the same covariance is above the samples, in nats, smallest",
                        VectorMath.smallest(
                                all, f -> f.bounds().gaussian() - f.sampled().value()),
                        atLeast(0),
                        "no distribution of that covariance has more entropy"),
                Claim.of(
                        "Hadamard: without correlations it is larger still, in nats, smallest",
                        VectorMath.smallest(
                                all, f -> f.bounds().diagonal() - f.bounds().gaussian()),
                        atLeast(0),
                        "log det S <= sum log S_jj"),
                Claim.of(
                        "noise .001: the Gaussian bound is loose by nats",
                        narrow.bounds().gaussian() - narrow.sampled().value(),
                        atLeast(3),
                        "40 narrow Gaussians are not one wide one; 4.7 nats in the specification"),
                Claim.of(
                        "noise .001: the upper bound from pairs is not loose, in nats",
                        narrow.bounds().upper() - narrow.sampled().value(),
                        atMost(0.1),
                        "narrow Gaussians do not overlap"),
                Claim.of(
                        "noise 1: the Gaussian bound is much nearer, in nats",
                        wide.bounds().gaussian() - wide.sampled().value(),
                        atMost(1.5),
                        "wide Gaussians overlap; the margin is chosen here"));
    }

    private static ResultTable table(NoisyPoints noisy, MixtureBounds mixtures) {
        ResultTable table = ResultTable.of(
                "noise",
                "stay",
                "all stay",
                "rejected",
                "error of the covariance",
                "lower",
                "entropy of samples",
                "upper",
                "Gaussian",
                "no correlations");
        for (int l = 0; l < LEVELS.length; l++) {
            List<Finding> at = noisy.at(LEVELS[l]);
            MixtureBounds.Finding mixture = mixtures.findings().get(l);
            table = table.row(
                    LEVELS[l],
                    mean(at, Finding::stay),
                    "%d of %d points"
                            .formatted(at.stream().filter(f -> f.stay() == 1).count(), at.size()),
                    rejected(at),
                    mean(at, Finding::covariance),
                    mixture.bounds().lower(),
                    mixture.sampled().value(),
                    mixture.bounds().upper(),
                    mixture.bounds().gaussian(),
                    mixture.bounds().diagonal());
        }
        return table;
    }

    private static Figure figure(NoisyPoints noisy, MixtureBounds mixtures) {
        double[] rejected =
                Arrays.stream(LEVELS).map(s -> rejected(noisy.at(s))).toArray();
        double[] stay =
                Arrays.stream(LEVELS).map(s -> mean(noisy.at(s), Finding::stay)).toArray();
        Panel shares = Panel.of(
                        "Noise around a point",
                        Axis.log("noise"),
                        Axis.linear("share").between(0, 1))
                .with(
                        Series.line("stay in the region", Color.BLUE, LEVELS, stay),
                        Series.line("outputs rejected", Color.VERMILION, LEVELS, rejected));
        List<MixtureBounds.Finding> all = mixtures.findings();
        Panel entropy = Panel.of("Entropy of 40 items", Axis.log("noise"), Axis.linear("entropy, nats"))
                .with(
                        curve(
                                "no correlations",
                                Color.GRAY,
                                all,
                                f -> f.bounds().diagonal()),
                        curve("Gaussian", Color.BLACK, all, f -> f.bounds().gaussian()),
                        curve(
                                "upper, pairs",
                                Color.VERMILION,
                                all,
                                f -> f.bounds().upper()),
                        curve("lower, pairs", Color.BLUE, all, f -> f.bounds().lower()),
                        Series.dots(
                                "samples",
                                Color.GREEN,
                                LEVELS,
                                values(all, f -> f.sampled().value())));
        return Figure.of(
                "With more noise, fewer copies stay in the linear region, and more outputs are not Gaussian. The"
                        + " Gaussian bound of the entropy is far above it while the noise is small; the bounds from"
                        + " pairs are not.",
                2,
                shares,
                entropy);
    }

    private static Series curve(
            String label,
            Color color,
            List<MixtureBounds.Finding> all,
            ToDoubleFunction<MixtureBounds.Finding> figure) {
        return Series.line(label, color, LEVELS, values(all, figure));
    }

    private static double[] values(List<MixtureBounds.Finding> all, ToDoubleFunction<MixtureBounds.Finding> figure) {
        return all.stream().mapToDouble(figure).toArray();
    }
}
