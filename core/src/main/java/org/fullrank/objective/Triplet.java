package org.fullrank.objective;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.settings.Named;

/// The triplet loss with semi-hard negatives, the mean of `max(0, d(a, p) - d(a, n) + margin)` over all ordered
/// pairs (a, p) of one class. Here, d is the squared distance of rows of length 1. The negative n is the nearest
/// row of another class that is farther from a than p is. If there is none, n is the farthest row of another
/// class. The value is between 0 and `4 + margin`.
///
/// Source: Schroff, Kalenichenko, Philbin, "FaceNet" (2015), equations 3 and 4, and the official SVMax code,
/// which squares the distances too.
///
/// @param margin by which a negative should be farther than the positive
/// @param meanSingularValue weight of [MeanSingularValue]
@Named("triplet")
public record Triplet(double margin, double meanSingularValue) implements RankingLoss {
    /// The margin of FaceNet and of the SVMax paper.
    public static final double DEFAULT_MARGIN = 0.2;
    /// The weight of the SVMax paper for this loss; 1 lowered its recall.
    public static final double DEFAULT_MEAN_SINGULAR_VALUE = 0.1;
    /// The paper's batches have 24 classes of 6.
    public static final int PER_CLASS = 6;

    public Triplet {
        InputException.unless(
                margin > 0 && margin <= 4, "margin: found %s, expected a number above 0 and at most 4", margin);
        RankingLoss.svmax(meanSingularValue);
    }

    public static Triplet defaults() {
        return new Triplet(DEFAULT_MARGIN, DEFAULT_MEAN_SINGULAR_VALUE);
    }

    @Override
    public Tensor ranking(Tensor unit, RowClasses classes) {
        Tensor squares = RankingLoss.squaredDistances(unit); // [N, N]
        List<int[]> triplets = triplets(Tensors.doubles(squares), classes.of());
        Tensor positives = entries(squares, triplets, 1); // [T]
        Tensor negatives = entries(squares, triplets, 2); // [T]
        return positives
                .sub(negatives)
                .add(Tensors.scalar(margin))
                .clamp_min(Tensors.scalar(0))
                .mean();
    }

    /// Anchor, positive and negative row of each triplet.
    private static List<int[]> triplets(double[] squares, int[] classes) {
        var triplets = new ArrayList<int[]>();
        for (int a = 0; a < classes.length; a++) {
            for (int p = 0; p < classes.length; p++) {
                if (p != a && classes[p] == classes[a]) {
                    triplets.add(new int[] {a, p, negative(squares, classes, a, p)});
                }
            }
        }
        return triplets;
    }

    private static int negative(double[] squares, int[] classes, int a, int p) {
        int row = a * classes.length;
        int nearest = -1; // of those that are farther than p
        int farthest = -1;
        for (int n = 0; n < classes.length; n++) {
            if (classes[n] == classes[a]) {
                continue;
            }
            double d = squares[row + n];
            if (d > squares[row + p] && (nearest < 0 || d < squares[row + nearest])) {
                nearest = n;
            }
            if (farthest < 0 || d > squares[row + farthest]) {
                farthest = n;
            }
        }
        return nearest < 0 ? farthest : nearest;
    }

    private static Tensor entries(Tensor matrix, List<int[]> triplets, int column) {
        int rows = Math.toIntExact(matrix.size(0));
        int[] places = triplets.stream().mapToInt(t -> t[0] * rows + t[column]).toArray();
        return matrix.reshape(-1).index_select(0, RowClasses.indices(matrix, places)); // [T]
    }

    @Override
    public int perClass() {
        return PER_CLASS;
    }

    @Override
    public Card card() {
        return RankingLoss.card(
                "a row is nearer to its class than to the semi-hard negative, by a margin",
                "Schroff, Kalenichenko, Philbin: FaceNet, CVPR 2015, arXiv 1503.03832; SVMax, arXiv 2103.02770",
                "0 to 4 + margin: falls below the margin, its value at collapse");
    }
}
