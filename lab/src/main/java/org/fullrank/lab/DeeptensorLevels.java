package org.fullrank.lab;

import static org.fullrank.lab.Expected.atLeast;
import static org.fullrank.lab.Expected.atMost;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.fullrank.decompose.Decomposition;
import org.fullrank.decompose.DecompositionSettings;
import org.fullrank.decompose.Psnr;
import org.fullrank.decompose.Svd;
import org.fullrank.lab.DenoisedSignal.Automatic;
import org.fullrank.text.Numbers;

/// Measures the gain of untrained networks over singular value decompositions for three kinds of noise, each at
/// several levels.
///
/// @param automatic chooses the rank by held-out entries, and the number of steps; under test
record DeeptensorLevels(Automatic automatic) implements Experiment {
    private static final String NAME = "deeptensor-levels";
    private static final double READOUT = 2; // counts
    private static final List<Integer> RANKS = List.of(2, 4, 8);

    /// A kind of noise.
    enum Kind {
        GAUSSIAN("Gaussian", "deviation", 0.1, 0.2, 0.4) {
            @Override
            NoisySignal add(NoisySignal signal, RandomGenerator random, double level) {
                return signal.gaussian(random, level);
            }
        },
        POISSON("Poisson", "peak count", 100, 50, 20) {
            @Override
            NoisySignal add(NoisySignal signal, RandomGenerator random, double level) {
                return signal.poisson(random, level, READOUT);
            }
        },
        RICIAN("Rician", "deviation", 0.1, 0.2, 0.4) {
            @Override
            NoisySignal add(NoisySignal signal, RandomGenerator random, double level) {
                return signal.rician(random, level);
            }
        };

        private final String label;
        private final String unit;
        private final double[] levels; // from little noise to much

        Kind(String label, String unit, double... levels) {
            this.label = label;
            this.unit = unit;
            this.levels = levels;
        }

        abstract NoisySignal add(NoisySignal signal, RandomGenerator random, double level);
    }

    /// The result at one level, as PSNR in dB.
    ///
    /// @param same of the SVD with the rank of the truth
    /// @param best of the SVD of the best rank by the truth
    /// @param networks of networks with the automatic rank
    private record Level(
            Kind kind, double level, double noisy, double same, double best, int bestRank, double networks, int rank) {
        double overSame() {
            return networks - same;
        }

        double overBest() {
            return networks - best;
        }
    }

    DeeptensorLevels() {
        this(DeeptensorLevels::best);
    }

    /// The networks of the rank, among [#RANKS], whose held-out loss is the smallest. `--rank auto` searches more, but
    /// takes much longer.
    private static Decomposition best(NoisySignal signal, DecompositionSettings settings) {
        return RANKS.stream()
                .map(rank -> Decomposition.fit(signal.tensor(), settings.withRank(rank)))
                .min(Comparator.comparingDouble(Decomposition::heldOut))
                .orElseThrow();
    }

    @Override
    public Description description() {
        return new Description(
                NAME,
                "untrained networks gain the more over an SVD the more noise there is, except with Rician noise",
                DeeptensorNoise.PAPER,
                "kinds of noise of the official code. Levels and margins are our own; the margins were chosen on seed 11",
                """
                How does the gain of untrained networks depend on the noise? The experiment denoises one matrix with
                three kinds of noise, each at three levels, and compares networks with the singular value decomposition
                (SVD). You see that the gain over an SVD with the rank of the clean matrix grows with Gaussian and with
                Poisson noise, and falls with Rician noise.

                **Set-up.** A matrix of 64 x 64 and rank 32 with piecewise constant factors, scaled to [0, 1], as in
                [deeptensor-noise](deeptensor-noise.md). *Gaussian* noise is added. *Poisson*: counts whose mean is the
                peak count where the matrix is 1, plus a readout noise of 2 counts. *Rician*: the length of a vector of
                two numbers with Gaussian noise, the first of which is the entry; magnitudes of magnetic resonance
                images have it. The networks and settings are the defaults of `fullrank decompose`. The ranks 2, 4 and 8
                are tried, and the rank with the smallest loss on 5 % held-out entries is kept. A quick run has a matrix
                of 24 x 24 and rank 8, small networks and one level of each kind.

                **What to look at.** Left: the gain over the SVD with the rank of the truth. Right: over the SVD of the
                best rank, which only the truth can tell. Rician noise makes dark entries too bright. Neither SVD nor
                networks know this, so with much noise both are far from the truth.
                """);
    }

    private List<Level> measure(Setting setting) {
        int size = setting.size(24, 64);
        int rank = setting.size(8, 32);
        NoisySignal clean = NoisySignal.product(setting.random(NAME, 0), size, rank, true);
        var measured = new ArrayList<Level>();
        for (Kind kind : Kind.values()) {
            double[] levels = setting.quick() ? new double[] {kind.levels[2]} : kind.levels;
            for (double level : levels) {
                RandomGenerator random = setting.random(NAME, 1 + kind.ordinal(), Math.round(1000 * level));
                NoisySignal signal = kind.add(clean, random, level);
                var best = Svd.best(signal.tensor(), values -> -Psnr.of(signal.truth(), values));
                Decomposition networks = automatic.fit(signal, DeeptensorNoise.settings(setting));
                measured.add(new Level(
                        kind,
                        level,
                        Psnr.of(signal.truth(), signal.values()),
                        Psnr.of(signal.truth(), Svd.of(signal.tensor(), rank).reconstruction()),
                        Psnr.of(signal.truth(), best.reconstruction()),
                        best.rank(),
                        Psnr.of(signal.truth(), networks.reconstruction()),
                        networks.rank()));
            }
        }
        return measured;
    }

    @Override
    public Outcome run(Setting setting) {
        List<Level> measured = measure(setting);
        ResultTable table = ResultTable.of(
                "noise",
                "level",
                "noisy",
                "SVD, same rank",
                "best SVD (rank)",
                "networks (rank)",
                "over the same rank",
                "over the best rank");
        for (Level l : measured) {
            table = table.row(
                    l.kind.label,
                    "%s %s".formatted(l.kind.unit, Numbers.compact(l.level)),
                    "%.2f".formatted(l.noisy),
                    "%.2f".formatted(l.same),
                    "%.2f (%d)".formatted(l.best, l.bestRank),
                    "%.2f (%d)".formatted(l.networks, l.rank),
                    "%.2f".formatted(l.overSame()),
                    "%.2f".formatted(l.overBest()));
        }
        return new Outcome(claims(setting, measured), table, figure(measured));
    }

    private static List<Claim> claims(Setting setting, List<Level> measured) {
        var claims = new ArrayList<Claim>(List.of(
                Claim.of(
                        "every kind and level: the smallest gain over the SVD with the rank of the truth, in dB",
                        measured.stream().mapToDouble(Level::overSame).min().orElseThrow(),
                        atLeast(setting.quick() ? 1 : 3),
                        "4.5 with seed 11; that SVD keeps most of the noise"),
                Claim.of(
                        "every kind and level: the smallest gain over the SVD of the best rank, in dB",
                        measured.stream().mapToDouble(Level::overBest).min().orElseThrow(),
                        atLeast(-1),
                        "0.3 with seed 11; the truth chose the rank of the SVD")));
        if (!setting.quick()) {
            claims.add(Claim.of(
                    "a finding: the largest gain over the SVD of the best rank, in dB",
                    measured.stream().mapToDouble(Level::overBest).max().orElseThrow(),
                    atMost(6),
                    "4.0 with seed 11; the abstract of the paper says 6 dB over standard denoising"));
            claims.add(growth(measured, Kind.GAUSSIAN, atLeast(1), "5.0 with seed 11"));
            claims.add(growth(measured, Kind.POISSON, atLeast(0), "2.0 with seed 11"));
            claims.add(growth(
                    measured, Kind.RICIAN, atMost(0), "a finding: -3.7 with seed 11, as dark entries are too bright"));
        }
        return claims;
    }

    private static Claim growth(List<Level> measured, Kind kind, Expected expected, String reason) {
        List<Level> levels = measured.stream().filter(l -> l.kind == kind).toList();
        return Claim.of(
                "%s noise: gain over the SVD with the rank of the truth, the highest level minus the lowest, in dB"
                        .formatted(kind.label),
                levels.getLast().overSame() - levels.getFirst().overSame(),
                expected,
                reason);
    }

    private static Figure figure(List<Level> measured) {
        return Figure.of(
                "The gain of the networks against the PSNR of the noisy matrix: noise decreases to the right.",
                2,
                panel("over the SVD with the rank of the truth", measured, Level::overSame),
                panel("over the SVD of the best rank", measured, Level::overBest));
    }

    private static Panel panel(String title, List<Level> measured, ToDoubleFunction<Level> gain) {
        List<Series.Color> colors = List.of(Series.Color.BLUE, Series.Color.VERMILION, Series.Color.GREEN);
        double[] noisy = measured.stream().mapToDouble(Level::noisy).toArray();
        Stream<Series> lines = Arrays.stream(Kind.values()).map(kind -> {
            List<Level> levels = measured.stream().filter(l -> l.kind == kind).toList();
            return Series.line(
                    kind.label,
                    colors.get(kind.ordinal()),
                    levels.stream().mapToDouble(Level::noisy).toArray(),
                    levels.stream().mapToDouble(gain).toArray());
        });
        Series zero = Series.level(
                "",
                Series.Color.GRAY,
                Arrays.stream(noisy).min().orElseThrow(),
                Arrays.stream(noisy).max().orElseThrow(),
                0);
        return Panel.of(title, Axis.linear("PSNR of the noisy matrix, dB"), Axis.linear("gain, dB"))
                .with(Stream.concat(Stream.of(zero), lines).toArray(Series[]::new));
    }
}
