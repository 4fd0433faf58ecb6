package org.fullrank.lab;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.decompose.Decomposition;
import org.fullrank.decompose.DecompositionSettings;
import org.fullrank.decompose.FitProgress;
import org.fullrank.decompose.NoiseLevel;
import org.fullrank.decompose.Psnr;
import org.fullrank.decompose.RankSearch;
import org.fullrank.decompose.Svd;

/// What several ways make of one noisy tensor, as PSNR in dB.
///
/// @param name of the signal and its noise
/// @param noisy of the tensor itself
/// @param sameRank of the SVD of a high rank, usually that of the truth
/// @param svd of the SVD of the best rank by the truth
/// @param fixed of networks of each given rank, stopped by one split
/// @param automatic of networks whose rank and number of steps several splits choose
/// @param known of networks of the automatic rank that stop at the known level of the noise
record DenoisedSignal(
        String name, double noisy, double sameRank, Ranked svd, List<Ranked> fixed, Ranked automatic, Ranked known) {
    /// A fit that reaches the level of the noise does so in some hundred steps. A rank that is too low never does.
    private static final int MOST_STEPS_TO_KNOWN_NOISE = 1000;

    /// A result.
    ///
    /// @param steps of the networks; 0 for an SVD
    record Ranked(int rank, double psnr, int steps) {
        String cell() {
            return "%.2f (%d)".formatted(psnr, rank);
        }
    }

    /// Fits networks and chooses their rank. An experiment tests it.
    @FunctionalInterface
    interface Automatic {
        Decomposition fit(NoisySignal signal, DecompositionSettings settings);
    }

    /// [RankSearch] with its own number of splits.
    static Decomposition searched(NoisySignal signal, DecompositionSettings settings) {
        DecompositionSettings several =
                settings.withStopping(settings.stopping().withSplits(RankSearch.DEFAULT_SPLITS));
        return RankSearch.of(signal.tensor(), several, null, FitProgress.SILENT).best();
    }

    /// @param rank of the SVD of the same rank
    /// @param noise of the signal
    static DenoisedSignal of(String name, NoisySignal signal, int rank, NoiseLevel noise, Ways ways) {
        var svd = Svd.best(signal.tensor(), values -> -Psnr.of(signal.truth(), values));
        var fixed = new ArrayList<Ranked>();
        for (int tried : ways.ranks) {
            fixed.add(ranked(signal, Decomposition.fit(signal.tensor(), ways.settings.withRank(tried))));
        }
        Decomposition automatic = ways.automatic.fit(signal, ways.settings);
        DecompositionSettings.Stopping stopping = ways.settings.stopping();
        DecompositionSettings level = ways.settings
                .withRank(automatic.rank())
                .withStopping(new DecompositionSettings.Stopping(
                        stopping.holdout(),
                        1,
                        stopping.patience(),
                        Math.min(stopping.iterations(), MOST_STEPS_TO_KNOWN_NOISE),
                        noise));
        return new DenoisedSignal(
                name,
                Psnr.of(signal.truth(), signal.values()),
                Psnr.of(signal.truth(), Svd.of(signal.tensor(), rank).reconstruction()),
                new Ranked(svd.rank(), Psnr.of(signal.truth(), svd.reconstruction()), 0),
                fixed,
                ranked(signal, automatic),
                ranked(signal, Decomposition.fit(signal.tensor(), level)));
    }

    /// How networks are fitted.
    ///
    /// @param settings with any rank
    /// @param ranks that are tried one by one
    record Ways(DecompositionSettings settings, List<Integer> ranks, Automatic automatic) {}

    private static Ranked ranked(NoisySignal signal, Decomposition fitted) {
        return new Ranked(fitted.rank(), Psnr.of(signal.truth(), fitted.reconstruction()), fitted.iterations());
    }

    /// The best of the given ranks by the truth.
    Ranked bestFixed() {
        return fixed.stream().max((a, b) -> Double.compare(a.psnr, b.psnr)).orElseThrow();
    }

    static ResultTable header() {
        return ResultTable.of(
                "signal, noise",
                "noisy",
                "SVD, same rank",
                "best SVD (rank)",
                "best networks (rank)",
                "automatic (rank)",
                "known noise (rank)",
                "steps, automatic",
                "steps, known noise");
    }

    ResultTable addTo(ResultTable table) {
        return table.row(
                name,
                "%.2f".formatted(noisy),
                "%.2f".formatted(sameRank),
                svd.cell(),
                bestFixed().cell(),
                automatic.cell(),
                known.cell(),
                automatic.steps,
                known.steps);
    }

    /// PSNR against the rank of the networks, with the levels of the other ways.
    Panel panel() {
        double[] x = fixed.stream().mapToDouble(Ranked::rank).toArray();
        double[] y = fixed.stream().mapToDouble(Ranked::psnr).toArray();
        double last = x[x.length - 1];
        return Panel.of(name, Axis.log("rank"), Axis.linear("PSNR, dB"))
                .with(
                        Series.line("networks", Series.Color.BLUE, x, y),
                        Series.dot("automatic", Series.Color.VERMILION, true, automatic.rank, automatic.psnr),
                        Series.dot("known noise", Series.Color.GREEN, false, known.rank, known.psnr),
                        Series.level("best SVD", Series.Color.BLACK, 1, last, svd.psnr),
                        Series.level("SVD, same rank", Series.Color.GRAY, 1, last, sameRank));
    }
}
