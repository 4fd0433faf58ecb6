package org.fullrank.independence;

import java.util.Arrays;
import java.util.function.IntConsumer;
import org.fullrank.engine.InputException;
import org.fullrank.stats.Quantiles;

/// A permutation test of independence. If the columns are shuffled separately, they are independent and keep
/// their distributions. The p-value is `(1 + #{shuffles at least as dependent}) / (1 + shuffles)`. The
/// p-value is uniform if the columns are independent and the rows are independent (Phipson and Smyth 2010,
/// "Permutation p-values should never be zero").
///
/// @param found HSIC of the columns
/// @param nullMean mean of the criterion over the shuffles; NaN without shuffles
/// @param nullUpper 95th percentile of the criterion over the shuffles; NaN without shuffles
/// @param pairwise p-value of each pair, `[D][D]`; 1 on the diagonal; NaN without shuffles
/// @param criterion p-value of the pairwise criterion; NaN without shuffles
/// @param dHsic p-value of dHSIC; NaN without shuffles or for random features
public record PermutationTest(
        Hsic.Values found, double nullMean, double nullUpper, double[][] pairwise, double criterion, double dHsic) {
    /// Default number of shuffles. The smallest possible p-value is 0.005.
    public static final int PERMUTATIONS = 200;

    private static final double UPPER = 0.95;

    /// Two values of HSIC count as equal if they differ by less than this share of their largest possible
    /// value. Sums in another order have such rounding errors.
    private static final double TIE = 1e-14;

    /// Shuffles of columns.
    ///
    /// @param permutations how many, 0 or more
    /// @param seed equal seeds give equal shuffles
    /// @param progress gets the number of finished shuffles, starting with 0
    public record Shuffles(int permutations, long seed, IntConsumer progress) {
        public Shuffles {
            InputException.when(permutations < 0, "permutations: found %d, expected 0 or more", permutations);
        }

        public Shuffles(int permutations, long seed) {
            this(permutations, seed, _ -> {});
        }
    }

    /// Tests columns.
    public static PermutationTest of(Columns columns, Hsic hsic, Shuffles shuffles) {
        Hsic.Values found = hsic.of(columns);
        int width = columns.width();
        double[][] pairwise = new double[width][width];
        double criterion = 0;
        double dHsic = 0;
        double[] chances = new double[shuffles.permutations];
        double[][] ties = ties(found.pairwise());
        double tie = Arrays.stream(ties).flatMapToDouble(Arrays::stream).max().orElse(0);
        shuffles.progress.accept(0);
        for (int round = 0; round < shuffles.permutations; round++) {
            Hsic.Values chance = hsic.of(columns.shuffled(shuffles.seed, round));
            for (int i = 0; i < width; i++) {
                for (int j = 0; j < width; j++) {
                    pairwise[i][j] += reaches(chance.pairwise()[i][j], found.pairwise()[i][j] - ties[i][j]);
                }
            }
            criterion += reaches(chance.criterion(), found.criterion() - tie);
            dHsic += reaches(chance.dHsic(), found.dHsic() - tie);
            chances[round] = chance.criterion();
            shuffles.progress.accept(round + 1);
        }
        for (int i = 0; i < width; i++) {
            for (int j = 0; j < width; j++) {
                pairwise[i][j] = i == j ? 1 : p(pairwise[i][j], shuffles.permutations);
            }
        }
        return new PermutationTest(
                found,
                Arrays.stream(chances).average().orElse(Double.NaN),
                chances.length == 0 ? Double.NaN : Quantiles.of(chances, UPPER),
                pairwise,
                p(criterion, shuffles.permutations),
                Double.isNaN(found.dHsic()) ? Double.NaN : p(dHsic, shuffles.permutations));
    }

    /// By the Cauchy-Schwarz inequality, the HSIC of two columns is at most the square root of the product of
    /// each column's HSIC with itself.
    private static double[][] ties(double[][] pairwise) {
        double[][] ties = new double[pairwise.length][pairwise.length];
        for (int i = 0; i < ties.length; i++) {
            for (int j = 0; j < ties.length; j++) {
                ties[i][j] = TIE * Math.sqrt(Math.abs(pairwise[i][i]) * Math.abs(pairwise[j][j]));
            }
        }
        return ties;
    }

    private static int reaches(double chance, double least) {
        return chance >= least ? 1 : 0;
    }

    private static double p(double reached, int permutations) {
        return permutations == 0 ? Double.NaN : (1 + reached) / (1 + permutations);
    }
}
