package org.fullrank.lab;

import static org.fullrank.lab.Expected.atLeast;
import static org.fullrank.lab.Expected.atMost;
import static org.fullrank.lab.Expected.near;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.fullrank.lab.Series.Color;
import org.fullrank.text.Numbers;

/// Checks that the gradient of the negative log-variance, with weight decay, is Oja's rule.
///
/// @param rule the log-variance rule; under test
record Oja(Rule rule) implements Experiment {
    /// Mean change of the weights of a linear neuron z = w.x over a batch `[B, N]`, with the learning
    /// coefficient c and the decay eta.
    @FunctionalInterface
    interface Rule {
        double[] change(double[] w, double[][] batch, double c, double eta);
    }

    private static final double[] DEVIATIONS = {2, 1.5, 1, 0.5, 0.2};
    private static final int BATCH = 100;
    private static final int STEPS = 4000;
    private static final double RATE = 0.01;
    /// c / eta of the log-variance runs; 1 is the condition under which the fixed points are Oja's.
    private static final double[] RATIOS = {1, 4, 0.25};

    Oja() {
        this(Oja::logVariance);
    }

    /// c <z x> / <z^2> - eta w.
    static double[] logVariance(double[] w, double[][] batch, double c, double eta) {
        double[] change = hebb(w, batch);
        double power = power(w, batch);
        for (int i = 0; i < w.length; i++) {
            change[i] = c * change[i] / power - eta * w[i];
        }
        return change;
    }

    /// Oja's rule, <z x> - w <z^2>.
    static double[] oja(double[] w, double[][] batch) {
        double[] change = hebb(w, batch);
        VectorMath.add(change, -power(w, batch), w);
        return change;
    }

    private static double[] hebb(double[] w, double[][] batch) {
        double[] sum = new double[w.length];
        for (double[] x : batch) {
            VectorMath.add(sum, VectorMath.dot(w, x) / batch.length, x);
        }
        return sum;
    }

    private static double power(double[] w, double[][] batch) {
        double sum = 0;
        for (double[] x : batch) {
            double z = VectorMath.dot(w, x);
            sum += z * z / batch.length;
        }
        return sum;
    }

    @Override
    public Description description() {
        return new Description(
                "oja",
                "the log-variance gradient with weight decay is Oja's rule",
                "Oja, A simplified neuron model as a principal component analyzer, Journal of Mathematical Biology"
                        + " 1982; Halvagal, Zenke, The combination of Hebbian and predictive plasticity learns"
                        + " invariant object representations in deep sensory networks, Nature Neuroscience 2023",
                "the Hebbian term. The condition and the fixed points are derived here. We did not read the texts of"
                        + " the papers",
                """
                How does a single neuron find the strongest direction of its data? The experiment trains one with
                Oja's rule of 1982, and one with the gradient of the log-variance, a term of modern losses, on the
                same samples. You see that both find the first principal component, because the two rules differ
                only in the length of their steps.

                A linear neuron `z = w.x` gets Gaussian input of 5 dimensions with mean zero and the standard
                deviations 2, 1.5, 1, 0.5 and 0.2. Below, `<.>` is the mean over a batch of 100 new samples. The
                weights w change in 4000 steps of size 0.01 by one of two rules:

                - The log-variance rule is `dw = c <z x>/<z^2> - eta w`. This rule is the negative gradient of `-log
                  <z^2>` with weight decay.
                - Oja's rule is `dw = <z x> - w <z^2>`.

                If `eta = c`, the log-variance rule is exactly `c/<z^2>` times Oja's rule. For any c and eta, the
                fixed points of the log-variance rule are the eigenvectors of the covariance with norm
                `sqrt(c/eta)`.
                """);
    }

    /// The end of a run and its curves.
    private record Run(double cosine, double norm, Trajectory path, Trajectory cosines, Trajectory norms) {}

    @Override
    public Outcome run(Setting setting) {
        Run oja = train(setting, (w, batch) -> oja(w, batch));
        List<Run> runs = new ArrayList<>();
        for (double ratio : RATIOS) {
            runs.add(train(setting, (w, batch) -> rule.change(w, batch, 1, 1 / ratio)));
        }
        Run matched = runs.getFirst();
        String noise = "sampling noise: 1 - cos is 1.6e-4 on average for Oja, 4e-5 for log-variance; six times that";
        List<Claim> claims = List.of(
                Claim.of(
                        "with eta = c the log-variance rule finds the first component: |cos|",
                        matched.cosine,
                        atLeast(0.999),
                        noise),
                Claim.of("Oja's rule finds the first component: |cos|", oja.cosine, atLeast(0.999), noise),
                Claim.of(
                        "with eta = c the weights have Oja's norm",
                        matched.norm,
                        near(1, 2e-3),
                        "the norm has no noise of first order, the second is the rate times the noise"),
                Claim.of(
                        "Oja's rule gives norm 1",
                        oja.norm,
                        near(1, 2e-3),
                        "its norm is fixed at 1 whatever the batch"),
                Claim.of(
                        "c = 4 eta doubles the norm: not Oja's fixed point",
                        runs.get(1).norm,
                        near(2, 4e-3),
                        "sqrt(c/eta) = 2; noise as above, relative"),
                Claim.of(
                        "c = eta / 4 halves the norm",
                        runs.get(2).norm,
                        near(0.5, 1e-3),
                        "sqrt(c/eta) = 0.5; noise as above, relative"),
                Claim.of(
                        "with eta = c both rules differ by the factor c/<z^2> only, at every step: largest relative"
                                + " difference",
                        disagreement(setting),
                        atMost(1e-12),
                        "an identity; rounding only"),
                Claim.of(
                        "only the first component is stable: smallest |cos| after starts near the other four",
                        stability(),
                        atLeast(0.9999),
                        "the slowest escape, from the second, has rate 4/2.25 - 1: exp(0.78 * 40) times the"
                                + " distance 1e-3"));
        ResultTable table = ResultTable.of("rule", "c/eta", "cosine with PC1", "norm", "sqrt(c/eta)")
                .row("Oja", "-", oja.cosine, oja.norm, 1.0);
        for (int i = 0; i < RATIOS.length; i++) {
            table = table.row("log-variance", RATIOS[i], runs.get(i).cosine, runs.get(i).norm, Math.sqrt(RATIOS[i]));
        }
        return new Outcome(claims, table, figure(oja, runs));
    }

    private interface Change {
        double[] of(double[] w, double[][] batch);
    }

    private static Run train(Setting setting, Change change) {
        RandomGenerator random = setting.random("oja");
        double[] w = VectorMath.gaussian(random, DEVIATIONS.length, 0.3);
        Trajectory path = new Trajectory();
        Trajectory cosines = new Trajectory();
        Trajectory norms = new Trajectory();
        for (int step = 0; step <= STEPS; step++) {
            path.add(w[0], w[1]);
            cosines.add(step, cosine(w));
            norms.add(step, VectorMath.norm(w));
            VectorMath.add(w, RATE, change.of(w, batch(random)));
        }
        return new Run(cosine(w), VectorMath.norm(w), path, cosines, norms);
    }

    private static double[][] batch(RandomGenerator random) {
        double[][] batch = new double[BATCH][];
        for (int b = 0; b < BATCH; b++) {
            batch[b] = VectorMath.gaussian(random, DEVIATIONS.length, 1);
            for (int i = 0; i < DEVIATIONS.length; i++) {
                batch[b][i] *= DEVIATIONS[i];
            }
        }
        return batch;
    }

    private static double cosine(double[] w) {
        return Math.abs(w[0]) / VectorMath.norm(w);
    }

    private double disagreement(Setting setting) {
        RandomGenerator random = setting.random("oja fields");
        double largest = 0;
        for (int draw = 0; draw < 100; draw++) {
            double[] w = VectorMath.gaussian(random, DEVIATIONS.length, 1);
            double[][] batch = batch(random);
            double[] difference = oja(w, batch);
            double size = VectorMath.norm(difference);
            VectorMath.add(difference, -power(w, batch), rule.change(w, batch, 1, 1));
            largest = Math.max(largest, VectorMath.norm(difference) / size);
        }
        return largest;
    }

    /// The batch has one point on each axis, so its second moments are exactly those of the Gaussian.
    private double stability() {
        int n = DEVIATIONS.length;
        double[][] batch = new double[n][n];
        for (int i = 0; i < n; i++) {
            batch[i][i] = DEVIATIONS[i] * Math.sqrt(n);
        }
        double least = 1;
        for (int k = 1; k < n; k++) {
            double[] w = new double[n];
            w[k] = 1;
            w[0] = 1e-3;
            for (int step = 0; step < STEPS; step++) {
                VectorMath.add(w, RATE, rule.change(w, batch, 1, 1));
            }
            least = Math.min(least, cosine(w));
        }
        return least;
    }

    private static Figure figure(Run oja, List<Run> runs) {
        Panel path =
                Panel.of("Weights", Axis.linear("weight along component 1"), Axis.linear("weight along component 2"));
        Panel cosines = Panel.of("Direction", Axis.linear("step"), Axis.linear("cosine with component 1, absolute"));
        Panel norms = Panel.of("Length", Axis.linear("step"), Axis.linear("length of the weights"));
        for (int i = 0; i < RATIOS.length; i++) {
            Color color = Color.of(i + 1);
            String label = "log-variance, c/eta " + Numbers.compact(RATIOS[i]);
            path = path.with(runs.get(i).path.line(label, color));
            cosines = cosines.with(runs.get(i).cosines.line(label, color));
            norms = norms.with(runs.get(i).norms.line(label, color));
        }
        return Figure.of(
                "From the same start, the weights turn to the first principal component with all rules. The"
                        + " ratio c/eta determines the length of the weights.",
                3,
                path.with(oja.path.line("Oja", Color.BLUE).dash()),
                cosines.with(oja.cosines.line("Oja", Color.BLUE).dash()),
                norms.with(oja.norms.line("Oja", Color.BLUE).dash()));
    }
}
