package org.fullrank.lab;

import static org.fullrank.lab.Expected.atLeast;
import static org.fullrank.lab.Expected.atMost;
import static org.fullrank.lab.Expected.near;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.fullrank.decompose.DecompositionSettings;
import org.fullrank.decompose.NoiseLevel;
import org.fullrank.lab.DenoisedSignal.Automatic;
import org.fullrank.lab.DenoisedSignal.Ways;
import org.fullrank.net.SkipNetwork;

/// Measures how much noise untrained networks remove from matrices of low rank, compared with singular value
/// decompositions of the same rank and of the best rank.
///
/// @param automatic chooses the rank and the number of steps; under test
record DeeptensorNoise(Automatic automatic) implements Experiment {
    static final String PAPER = "Saragadam, Balestriero, Veeraraghavan and Baraniuk, DeepTensor: Low-Rank Tensor"
            + " Decomposition with Deep Network Priors, 2022, arXiv 2204.03145";

    /// The standard deviation of Gaussian noise for a signal in [0, 1].
    private static final double DEVIATION = 0.2;
    /// The mean count where the signal is 1, and the readout noise in counts.
    private static final double PEAK = 100;

    private static final double READOUT = 2;

    DeeptensorNoise() {
        this(DenoisedSignal::searched);
    }

    @Override
    public Description description() {
        return new Description(
                "deeptensor-noise",
                "untrained networks denoise matrices whose factors have structure, if the fit stops in time",
                PAPER,
                "the claim of the abstract about Poisson noise, and the set-up of figure 6 in the official code. The"
                        + " claims about ranks and stopping come from this project",
                """
                Can networks that have seen no training data remove noise from a matrix? The experiment lets two
                untrained networks generate the factors of a noisy matrix, and compares the result with the singular
                value decomposition (SVD). You see a clear gain over an SVD with the rank of the clean matrix, a
                small one over the SVD of the best rank, and none if the factors have no structure.

                An untrained network generates each factor of `U V'`, and both are fitted to one noisy matrix. A
                network learns structure faster than noise. So the number of steps is the regularizer: after many steps
                the fit is the SVD of its rank, noise included.

                **Set-up.** Matrices of 64 x 64 and rank 32, scaled to [0, 1]. The factors are *piecewise* constant
                (sums of 10 random steps in each column) or *i.i.d.* Gaussian. The noise is N(0, 0.2^2), or Poisson with
                a mean count of 100 where the matrix is 1, plus a readout noise of 2 counts. The networks and settings
                are the defaults of `fullrank decompose`. A quick run has one matrix of 24 x 24 and rank 8, and small
                networks.

                **Ways.** *Best networks*: the best by the truth among the ranks 2, 4 and 8 (only 2 in a quick run), each
                stopped by 5 % held-out entries. *Automatic*: `--rank auto`. Three random splits that share
                their initial values choose the step by the mean of their held-out losses, then the smallest rank that
                is not worse than the best by more than a standard error of the paired differences, and all entries are
                fitted again. *Known noise*: the rank of the automatic way, stopped at the first step whose mean squared
                residual is not above the variance of the noise, or after 1000 steps if the rank is too low to reach it.

                **What to look at.** The SVD whose rank is that of the truth is a weak rival, because it keeps most of
                the noise. The SVD of the best rank, which only the truth can tell, is a strong one. Factors without
                structure leave nothing to gain.
                """);
    }

    private Ways ways(Setting setting) {
        return new Ways(settings(setting), setting.quick() ? List.of(2) : List.of(2, 4, 8), automatic);
    }

    /// The defaults of `fullrank decompose`, or small networks and few steps in a quick run.
    static DecompositionSettings settings(Setting setting) {
        DecompositionSettings defaults = DecompositionSettings.ofRank(1);
        if (!setting.quick()) {
            return defaults.withSeed(setting.seed());
        }
        return new DecompositionSettings(
                1,
                new SkipNetwork(8, 2, 2),
                defaults.loss(),
                defaults.rowSign(),
                defaults.columnSign(),
                defaults.threeWay(),
                new DecompositionSettings.Stopping(0.1, 1, 30, 150, new NoiseLevel.Unknown()),
                0,
                new DecompositionSettings.Descent(1e-2, 0.02, 0.9),
                setting.seed());
    }

    @Override
    public Outcome run(Setting setting) {
        int size = setting.size(24, 64);
        int rank = setting.size(8, 32);
        Ways ways = ways(setting);
        var rows = new ArrayList<DenoisedSignal>();
        RandomGenerator random = setting.random("deeptensor-noise", 0);
        NoisySignal gaussian = NoisySignal.product(random, size, rank, true).gaussian(random, DEVIATION);
        rows.add(DenoisedSignal.of("piecewise, Gaussian", gaussian, rank, new NoiseLevel.Gaussian(DEVIATION), ways));
        if (!setting.quick()) {
            random = setting.random("deeptensor-noise", 1);
            NoisySignal counts = NoisySignal.product(random, size, rank, true).poisson(random, PEAK, READOUT);
            rows.add(DenoisedSignal.of("piecewise, Poisson", counts, rank, new NoiseLevel.Poisson(READOUT), ways));
            random = setting.random("deeptensor-noise", 2);
            NoisySignal iid = NoisySignal.product(random, size, rank, false).gaussian(random, DEVIATION);
            rows.add(DenoisedSignal.of("i.i.d., Gaussian", iid, rank, new NoiseLevel.Gaussian(DEVIATION), ways));
        }
        var claims = new ArrayList<Claim>(piecewise(rows.getFirst()));
        if (!setting.quick()) {
            claims.addAll(others(rows.get(1), rows.get(2)));
            claims.addAll(choices(rows));
        }
        ResultTable table = DenoisedSignal.header();
        for (DenoisedSignal row : rows) {
            table = row.addTo(table);
        }
        Figure figure = Figure.of(
                "PSNR against the rank of the networks. The filled dot is the automatic way, the circle that with known"
                        + " noise.",
                rows.size(),
                rows.stream().map(DenoisedSignal::panel).toArray(Panel[]::new));
        return new Outcome(claims, table, figure);
    }

    private static List<Claim> piecewise(DenoisedSignal row) {
        return List.of(
                Claim.of(
                        "piecewise factors, Gaussian noise: gain over the SVD with the rank of the truth, in dB",
                        row.automatic().psnr() - row.sameRank(),
                        atLeast(4),
                        "10 dB in a run of the official networks; less in a quick run, whose rank is lower"),
                Claim.of(
                        "piecewise factors, Gaussian noise: gain over the SVD of the best rank, in dB",
                        row.automatic().psnr() - row.svd().psnr(),
                        near(1.5, 2.5),
                        "about 2 dB in a run of the official networks; the truth chose the rank of the SVD"));
    }

    private static List<Claim> others(DenoisedSignal counts, DenoisedSignal iid) {
        return List.of(
                Claim.of(
                        "piecewise factors, Poisson noise: gain over the SVD with the rank of the truth, in dB",
                        counts.automatic().psnr() - counts.sameRank(),
                        atLeast(6),
                        "the abstract says 6 dB over standard denoising"),
                Claim.of(
                        "a finding: with Poisson noise, the gain over the SVD of the best rank is not 6 dB but",
                        counts.automatic().psnr() - counts.svd().psnr(),
                        near(1, 1.5),
                        "0.5 dB in a run of the official networks; the truth chose the rank of the SVD"),
                Claim.of(
                        "i.i.d. factors have no structure: gain over the SVD of the best rank, in dB",
                        iid.automatic().psnr() - iid.svd().psnr(),
                        near(0, 1),
                        "nothing to gain"));
    }

    private static List<Claim> choices(List<DenoisedSignal> rows) {
        return List.of(
                Claim.of(
                        "the automatic rank is near the best fixed rank: largest loss, in dB",
                        rows.stream()
                                .mapToDouble(row ->
                                        row.bestFixed().psnr() - row.automatic().psnr())
                                .max()
                                .orElseThrow(),
                        atMost(1),
                        "the truth chose the fixed rank, so the automatic rank can only lose"),
                Claim.of(
                        "stopping at the known noise is not much better than held-out entries: largest gain, in dB",
                        rows.stream()
                                .mapToDouble(row ->
                                        row.known().psnr() - row.automatic().psnr())
                                .max()
                                .orElseThrow(),
                        atMost(1),
                        "the residual falls slowly, so the step at which it reaches the noise is not sharp"));
    }
}
