package org.fullrank.decompose;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;
import org.fullrank.stats.MeanAndSpread;
import org.jspecify.annotations.Nullable;

/// Fits with increasing ranks. All fits hold out the same entries. The chosen rank is the smallest that is not
/// clearly worse than the best: the mean difference of the held-out losses is at most one standard error of
/// the paired differences. Entries of one split depend on the same fit. So if the mean differences of the splits
/// vary more than those of independent entries would (F test, 5 %), the standard error is that of the splits.
///
/// One split of a 64 x 64 matrix holds out 205 entries. Their standard error is larger than the differences
/// between the ranks. So the settings should have several splits. The entries of a covariance depend on each other: for
/// [SampleCovariance], the standard error is always that of the splits.
///
/// @param best the chosen fit
/// @param tried ranks with their held-out losses, in ascending order of rank
public record RankSearch(Decomposition best, List<Tried> tried) {
    /// Number of splits with which a search is reliable.
    public static final int DEFAULT_SPLITS = 3;

    /// The search ends after this number of ranks without an improvement. A single worse rank may be chance.
    private static final int PATIENCE = 2;
    /// The 95 % quantile of the normal distribution.
    private static final double ONE_SIDED_95 = 1.6449;

    /// A rank and its fit.
    ///
    /// @param heldOut smallest held-out loss, as a mean over the splits
    /// @param iterations step with this loss
    public record Tried(int rank, double heldOut, int iterations) {}

    public RankSearch {
        tried = List.copyOf(tried);
    }

    /// A rank that was tried.
    ///
    /// @param losses of the held-out entries of each split, in the same order for all ranks
    private record Candidate(Decomposition fitted, List<double[]> losses) {}

    /// Tries the ranks 1, 2, 4, 8, ... until the held-out loss has not improved for two ranks. With several
    /// splits, the chosen rank is then fitted to all entries.
    ///
    /// @param settings the rank in these settings is replaced
    /// @param folder for the states of the fits; the fits continue from these states; null: none
    /// @param progress receives the steps of all fits; if it ends a fit, the search ends too
    /// @throws InputException when the settings do not suit the data, or when they have one split for a covariance
    public static RankSearch of(
            Observed data, DecompositionSettings settings, @Nullable Path folder, FitProgress progress) {
        boolean independent = !(data instanceof SampleCovariance);
        InputException.unless(
                independent || settings.stopping().splits() > 1,
                "rank auto: found one split of the samples, expected at least 2, as the entries of their covariance"
                        + " depend on each other");
        settings.withRank(1).requireFor(data);
        int most = DecompositionSettings.largestRank(settings.sides(data));
        var tried = new ArrayList<Candidate>();
        boolean goesOn = true;
        for (int rank = 1; rank <= most && goesOn && tried.size() - bestAt(tried) <= PATIENCE; rank *= 2) {
            DecompositionSettings ranked = settings.withRank(rank);
            try (var fits = JointFits.splits(data, ranked, Decomposition.states(ranked, folder))) {
                goesOn = fits.run(progress);
                List<double[]> losses = fits.heldOutLosses();
                tried.add(new Candidate(fits.result(), independent ? losses : means(losses)));
            }
        }
        int at = smallest(tried.stream().map(Candidate::losses).toList(), bestAt(tried));
        Decomposition chosen = tried.get(at).fitted();
        return new RankSearch(
                goesOn ? chosen.refitted(data, folder, progress) : chosen,
                tried.stream()
                        .map(one -> new Tried(one.fitted.rank(), one.fitted.heldOut(), one.fitted.iterations()))
                        .toList());
    }

    /// The mean of each split, as its only entry.
    static List<double[]> means(List<double[]> losses) {
        return losses.stream()
                .map(split -> new double[] {MeanAndSpread.of(split).mean()})
                .toList();
    }

    /// Index of the smallest held-out loss; 0 if there is none.
    private static int bestAt(List<Candidate> tried) {
        return IntStream.range(0, tried.size())
                .boxed()
                .min(Comparator.comparingDouble(i -> tried.get(i).fitted.heldOut()))
                .orElse(0);
    }

    /// The index of the first candidate that is not clearly worse than the best.
    ///
    /// @param losses of the held-out entries of each split, for each candidate
    static int smallest(List<List<double[]>> losses, int best) {
        int index = 0;
        while (index < best && isClearlyWorse(losses.get(index), losses.get(best))) {
            index++;
        }
        return index;
    }

    /// Whether the mean of `a - b` is above its standard error. A single difference has no standard error: then
    /// each difference above 0 counts.
    ///
    /// @param a losses of the held-out entries of each split; all splits have as many entries
    static boolean isClearlyWorse(List<double[]> a, List<double[]> b) {
        double[] splits = new double[a.size()];
        var entries = DoubleStream.builder();
        for (int s = 0; s < splits.length; s++) {
            int count = a.get(s).length;
            for (int i = 0; i < count; i++) {
                double difference = a.get(s)[i] - b.get(s)[i];
                entries.add(difference);
                splits[s] += difference / count;
            }
        }
        double[] all = entries.build().toArray();
        return MeanAndSpread.of(all).mean() > standardError(all, splits);
    }

    /// The standard error of the mean of `all`, which are independent unless `splits` says otherwise: for independent
    /// differences, the squared errors of both have a quotient of chi squared over its degrees of freedom.
    private static double standardError(double[] all, double[] splits) {
        double entries = standardError(all);
        double groups = standardError(splits);
        int freedom = splits.length - 1;
        return freedom > 0 && groups * groups > entries * entries * chiSquaredPerFreedom(freedom) ? groups : entries;
    }

    /// The 95 % quantile of chi squared divided by its degrees of freedom (Wilson and Hilferty 1931).
    private static double chiSquaredPerFreedom(int freedom) {
        double variance = 2.0 / (9 * freedom);
        return Math.pow(1 - variance + ONE_SIDED_95 * Math.sqrt(variance), 3);
    }

    private static double standardError(double[] values) {
        return values.length < 2 ? 0 : MeanAndSpread.of(values).std() / Math.sqrt(values.length);
    }
}
