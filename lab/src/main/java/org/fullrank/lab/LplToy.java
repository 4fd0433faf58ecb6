package org.fullrank.lab;

import static org.fullrank.lab.Expected.atLeast;
import static org.fullrank.lab.Expected.atMost;
import static org.fullrank.lab.Expected.near;
import static org.fullrank.lab.VectorMath.largest;
import static org.fullrank.lab.VectorMath.smallest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.fullrank.lab.LocalRule.Plasticity;
import org.fullrank.lab.Series.Color;

/// Checks two claims. Predictive plasticity finds the slow feature next to a nuisance of any strength. The
/// variance term alone does not find this feature.
///
/// @param plasticity the laws of plasticity; under test
record LplToy(Plasticity plasticity) implements Experiment {
    /// Batch, rate and noise of the clusters are those of the official notebook.
    private static final int BATCH = 200;

    private static final double RATE = 1e-2;
    private static final double CLUSTER_NOISE = 0.1;
    private static final double CLUSTER_VARIANCE = 1 + CLUSTER_NOISE * CLUSTER_NOISE;
    private static final int FRESH = 10_000;
    private static final List<LocalRule> COMPARED =
            List.of(LocalRule.OJA, LocalRule.HEBB, LocalRule.LPL, LocalRule.HINGE, LocalRule.PULL);

    LplToy() {
        this(LocalRule::change);
    }

    @Override
    public Description description() {
        return new Description(
                "lpl-toy",
                "a predictive neuron finds the slow feature, a Hebbian one the strong one",
                "Halvagal, Zenke, The combination of Hebbian and predictive plasticity learns invariant object"
                        + " representations in deep sensory networks, Nature Neuroscience 2023",
                "figure 2 as in the official notebook. The norms and the threshold are derived here. We did not read"
                        + " the text of the paper",
                """
                What does a neuron learn if the strongest signal is noise? The experiment gives a neuron two inputs,
                a weak one that changes slowly and a strong one that is noise, and trains it with Hebbian rules and
                with a rule that also predicts its previous output. You see that the Hebbian neuron follows the
                noise, and that the predictive neuron stays with the slow input.

                A linear neuron without bias gets samples (x, y). The coordinate x is the center of a cluster (-1 or
                1) plus 0.1 N(0, 1). The coordinate y is the noise sigma_y N(0, 1), called the nuisance. With
                probability p, a sample comes from another cluster than the previous sample. The probability p is 0 except
                where the experiment varies it.

                LPL minimizes `mean (z - sg z_before)^2 - log var z` with weight decay 0.15. The output of the
                neuron for a sample is z, and its output for the previous sample is z_before. The batch size is 200
                and the learning rate is min(0.01, 0.01/sigma_y). The time (steps times rate) is 100, or 40 in a
                quick run.

                The selectivity of the neuron is the distance between the means of z for the two clusters, divided
                by the range of z. The activity of the neuron is the standard deviation of z. Selectivity and
                activity are measured on 10,000 new samples.

                Along x, the prediction term of LPL acts like a weight decay of 2 * 0.01. So the activity of LPL
                converges to `sqrt(2 / 0.17)` times 1.005, the standard deviation of x. With log-variance alone, the
                weights converge to the norm `sqrt(2 / 0.15)`.
                """);
    }

    /// The end of a run.
    private record End(double selectivity, double cosine, double norm, double activity) {}

    @Override
    public Outcome run(Setting setting) {
        double time = setting.size(40, 100);
        double[] nuisances = setting.quick() ? new double[] {0.1, 1, 3} : new double[] {0.1, 1, 3, 10};
        List<Map<LocalRule, End>> ends = new ArrayList<>();
        ResultTable table = ResultTable.of("sigma_y", "law", "selectivity", "cosine with x", "norm", "activity");
        for (double sigma : nuisances) {
            Map<LocalRule, End> end = train(setting, sigma, 0, time, COMPARED);
            ends.add(end);
            for (LocalRule law : COMPARED) {
                End e = law.in(end);
                table = table.row(sigma, law.label(), two(e.selectivity), two(e.cosine), e.norm, e.activity);
            }
        }
        double[] jumps = jumps(setting.size(21, 51));
        double[] selectivity = new double[jumps.length];
        for (int i = 0; i < jumps.length; i++) {
            selectivity[i] = LocalRule.LPL.in(train(setting, 1, jumps[i], time, List.of(LocalRule.LPL))).selectivity;
        }
        Trajectory growth = growth(setting);
        List<Claim> claims = new ArrayList<>(strengths(ends));
        claims.addAll(sweep(jumps, selectivity));
        claims.add(divergence(growth));
        return new Outcome(claims, table, figure(nuisances, ends, jumps, selectivity, growth));
    }

    private static String two(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private List<Claim> strengths(List<Map<LocalRule, End>> ends) {
        List<Map<LocalRule, End>> strong = ends.subList(2, ends.size()); // sigma_y 3 and above
        double norm = Math.sqrt(2 / LocalRule.DECAY);
        double activity = Math.sqrt(2 / (LocalRule.DECAY + 2 * CLUSTER_NOISE * CLUSTER_NOISE) * CLUSTER_VARIANCE);
        return List.of(
                Claim.of(
                        "Oja's rule follows a strong nuisance: largest cosine with x for sigma_y >= 3",
                        largest(strong, e -> LocalRule.OJA.in(e).cosine),
                        atMost(0.1),
                        "reference .00; the fixed point is the y axis, sampling noise moves it by a few hundredths"),
                Claim.of(
                        "log-variance without pull follows it too: largest cosine with x for sigma_y >= 3",
                        largest(strong, e -> LocalRule.HEBB.in(e).cosine),
                        atMost(0.15),
                        "reference .03 to .13 after 4000 steps; 0 in the limit"),
                Claim.of(
                        "LPL stays with the slow feature for every nuisance: smallest cosine with x",
                        smallest(ends, e -> LocalRule.LPL.in(e).cosine),
                        atLeast(0.99),
                        "reference 1.00; the noise of the pull moves it by at most some hundredths"),
                Claim.of(
                        "LPL is selective for every nuisance: smallest selectivity",
                        smallest(ends, e -> LocalRule.LPL.in(e).selectivity),
                        near(0.73, 0.04),
                        "2 / (2 + 0.2 * 3.7), the range of 5000 normal points; reference .72 to .75"),
                Claim.of(
                        "the pull with VICReg's hinge behaves like LPL: smallest cosine with x",
                        smallest(ends, e -> LocalRule.HINGE.in(e).cosine),
                        atLeast(0.98),
                        "reference 1.00; its activity is a third of LPL's, so noise weighs more"),
                Claim.of(
                        "with VICReg's hinge the activity is 1: largest distance from it",
                        largest(ends, e -> Math.abs(LocalRule.HINGE.in(e).activity - 1)),
                        atMost(0.05),
                        "reference .99 to 1.01"),
                Claim.of(
                        "the pull alone collapses: largest activity",
                        largest(ends, e -> LocalRule.PULL.in(e).activity),
                        atMost(0.01),
                        "x decays at rate 0.17: below exp(-0.17 * 40) = .001 of a start below 2"),
                Claim.of(
                        "log-variance alone has norm sqrt(2/decay) for every nuisance: largest distance",
                        largest(ends, e -> Math.abs(LocalRule.HEBB.in(e).norm - norm)),
                        atMost(0.01),
                        "w.dw = 2 - decay |w|^2 whatever the batch, noise is of second order; reference 3.66"),
                Claim.of(
                        "LPL has the activity sqrt(2 * 1.01 / (decay + 0.02)): largest distance",
                        largest(ends, e -> Math.abs(LocalRule.LPL.in(e).activity - activity)),
                        atMost(0.08),
                        "3.45; reference 3.40 to 3.42, where it had settled"));
    }

    private static List<Claim> sweep(double[] jumps, double[] selectivity) {
        double low = 1;
        double high = 0;
        double crossing = Double.NaN;
        for (int i = 0; i < jumps.length; i++) {
            if (jumps[i] <= 0.4) {
                low = Math.min(low, selectivity[i]);
            } else if (jumps[i] >= 0.6) {
                high = Math.max(high, selectivity[i]);
            }
            if (Double.isNaN(crossing) && selectivity[i] < 0.37) {
                crossing = jumps[i];
            }
        }
        return List.of(
                Claim.of(
                        "with rare jumps (p <= 0.4, sigma_y 1) LPL is selective: smallest selectivity",
                        low,
                        atLeast(0.6),
                        ".73 on the x axis; the wider the nearer to the threshold"),
                Claim.of(
                        "with frequent jumps (p >= 0.6) LPL is not selective: largest selectivity",
                        high,
                        atMost(0.2),
                        "0 on the y axis"),
                Claim.of(
                        "LPL is no longer selective where x is as fast as y: p at which the selectivity falls below"
                                + " one half of .73",
                        crossing,
                        near(0.5, 0.06),
                        "(0.17 + 4p)/1.01 = 2.15 gives .500 (derived here); one step of the sweep and slow"
                                + " drift there"));
    }

    private static Claim divergence(Trajectory growth) {
        double[] log = growth.y();
        int half = log.length / 2;
        double rate = (StrictMath.log(log[log.length - 1]) - StrictMath.log(log[half]))
                / (growth.x()[log.length - 1] - growth.x()[half]);
        double slope = 2 * CLUSTER_VARIANCE - 2 * CLUSTER_NOISE * CLUSTER_NOISE - LocalRule.DECAY;
        return Claim.of(
                "-var in place of -log var diverges: growth rate of the activity",
                rate,
                near(StrictMath.log1p(RATE * slope) / RATE, 0.02),
                "r = 2 * 1.01 - 0.02 - 0.15 along x, in steps log(1 + 0.01 r)/0.01; 1000 batches leave a noise"
                        + " of .005");
    }

    private static double[] jumps(int count) {
        double[] jumps = new double[count];
        for (int i = 0; i < count; i++) {
            jumps[i] = i / (count - 1.0);
        }
        return jumps;
    }

    /// Trains all rules on the same samples.
    private Map<LocalRule, End> train(Setting setting, double sigma, double jump, double time, List<LocalRule> laws) {
        double rate = Math.min(RATE, RATE / sigma);
        RandomGenerator random =
                setting.random("lpl-toy", Double.doubleToLongBits(sigma), Double.doubleToLongBits(jump));
        double[] start = start(random);
        Map<LocalRule, double[]> weights = new EnumMap<>(LocalRule.class);
        laws.forEach(law -> weights.put(law, start.clone()));
        double[][] now = new double[BATCH][2];
        double[][] before = new double[BATCH][2];
        long steps = Math.round(time / rate);
        for (long step = 0; step < steps; step++) {
            draw(random, sigma, jump, now, before);
            for (Map.Entry<LocalRule, double[]> w : weights.entrySet()) {
                VectorMath.add(w.getValue(), rate, plasticity.change(w.getKey(), w.getValue(), now, before));
            }
        }
        Map<LocalRule, End> ends = new EnumMap<>(LocalRule.class);
        weights.forEach((law, w) -> ends.put(law, end(w, setting.random("lpl-toy fresh"), sigma)));
        return ends;
    }

    /// Uniform in +- 1/sqrt(2), as the initial values of linear layers.
    private static double[] start(RandomGenerator random) {
        double bound = Math.sqrt(0.5);
        return new double[] {random.nextDouble(-bound, bound), random.nextDouble(-bound, bound)};
    }

    private static void draw(RandomGenerator random, double sigma, double jump, double[][] now, double[][] before) {
        for (int b = 0; b < BATCH; b++) {
            double cluster = random.nextBoolean() ? 1 : -1;
            double next = random.nextDouble() < jump ? -cluster : cluster;
            before[b][0] = cluster + CLUSTER_NOISE * random.nextGaussian();
            before[b][1] = sigma * random.nextGaussian();
            now[b][0] = next + CLUSTER_NOISE * random.nextGaussian();
            now[b][1] = sigma * random.nextGaussian();
        }
    }

    private static End end(double[] w, RandomGenerator random, double sigma) {
        double[] z = new double[FRESH];
        double difference = 0;
        for (int i = 0; i < FRESH; i++) {
            double cluster = i % 2 == 0 ? 1 : -1;
            z[i] = w[0] * (cluster + CLUSTER_NOISE * random.nextGaussian()) + w[1] * sigma * random.nextGaussian();
            difference += cluster * z[i] / (FRESH / 2.0);
        }
        double norm = VectorMath.norm(w);
        return new End(
                Math.abs(difference)
                        / (Arrays.stream(z).max().orElseThrow()
                                - Arrays.stream(z).min().orElseThrow()),
                Math.abs(w[0]) / norm,
                norm,
                VectorMath.deviation(z));
    }

    /// Activity over time, with the variance term without the logarithm and sigma_y = 1.
    private Trajectory growth(Setting setting) {
        RandomGenerator random = setting.random("lpl-toy growth");
        double[] w = start(random);
        double[][] now = new double[BATCH][2];
        double[][] before = new double[BATCH][2];
        Trajectory growth = new Trajectory();
        for (int step = 0; step <= 2000; step++) {
            growth.add(step * RATE, Math.hypot(w[0] * Math.sqrt(CLUSTER_VARIANCE), w[1]));
            draw(random, 1, 0, now, before);
            VectorMath.add(w, RATE, plasticity.change(LocalRule.VARIANCE, w, now, before));
        }
        return growth;
    }

    private static Figure figure(
            double[] nuisances,
            List<Map<LocalRule, End>> ends,
            double[] jumps,
            double[] selectivity,
            Trajectory growth) {
        Panel selective = Panel.of("Selectivity", Axis.log("nuisance sigma_y"), Axis.linear("selectivity for x"));
        Panel active = Panel.of("Activity", Axis.log("nuisance sigma_y"), Axis.log("activity"));
        for (LocalRule law : COMPARED) {
            double[] s = ends.stream().mapToDouble(e -> law.in(e).selectivity).toArray();
            double[] a = ends.stream().mapToDouble(e -> law.in(e).activity).toArray();
            Color color = Color.of(law.ordinal());
            selective =
                    selective.with(Series.line(law.label(), color, nuisances, s), Series.dots("", color, nuisances, s));
            active = active.with(Series.line(law.label(), color, nuisances, a), Series.dots("", color, nuisances, a));
        }
        Panel jump = Panel.of("Jumps, sigma_y 1", Axis.linear("jump probability p"), Axis.linear("selectivity of LPL"))
                .with(
                        Series.dots("trained", Color.GREEN, jumps, selectivity),
                        Series.line("p = 0.5, derived", Color.GRAY, new double[] {0.5, 0.5}, new double[] {0, 0.75})
                                .dash());
        Panel diverging = Panel.of("Variance without log", Axis.linear("time"), Axis.log("activity"))
                .with(growth.line("pull - var z, sigma_y 1", Color.of(LocalRule.VARIANCE.ordinal())));
        return Figure.of(
                "With LPL and with the hinge, the neuron responds to the slow feature x for every strength"
                        + " of the nuisance. With Oja's rule and with log-variance alone, it responds to a strong"
                        + " nuisance. With the prediction term alone, it collapses. Without the logarithm, the"
                        + " activity explodes.",
                2,
                selective,
                active,
                jump,
                diverging);
    }
}
