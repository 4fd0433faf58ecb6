package org.fullrank.lab;

import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.ejml.simple.SimpleMatrix;

/// Kernel ridge regression on a few labels of two classes.
///
/// @param known labels of the points that labels are drawn from, 1 or -1, `[P]`
/// @param wanted labels of the test points, `[T]`
/// @param intercept whether a constant is fitted, too. Without it, a classifier of two classes that are
///     symmetric around 0 already knows where their border is
record FewLabelRidge(double[] known, double[] wanted, boolean intercept) {
    /// Weight of the ridge relative to the mean of `k(x, x)` over the drawn points.
    static final double RIDGE = 1e-3;

    /// A kernel between points.
    ///
    /// @param pool between the points that labels are drawn from, `[P, P]`
    /// @param test between test points and these, `[T, P]`
    record Grams(SimpleMatrix pool, SimpleMatrix test) {
        /// The inner products of embeddings.
        static Grams of(SimpleMatrix pool, SimpleMatrix test) {
            return new Grams(pool.mult(pool.transpose()), test.mult(pool.transpose()));
        }
    }

    /// Draws `each` points of each class.
    int[] draw(RandomGenerator random, int each) {
        return IntStream.of(1, -1)
                .flatMap(label -> {
                    int[] all = IntStream.range(0, known.length)
                            .filter(i -> known[i] == label)
                            .toArray();
                    for (int i = 0; i < each; i++) {
                        int j = i + random.nextInt(all.length - i);
                        int drawn = all[j];
                        all[j] = all[i];
                        all[i] = drawn;
                    }
                    return IntStream.of(all).limit(each);
                })
                .toArray();
    }

    /// The share of test points that are classified correctly after training on the drawn points.
    double accuracy(Grams grams, int[] drawn) {
        int n = drawn.length;
        SimpleMatrix gram = new SimpleMatrix(n, n);
        SimpleMatrix labels = new SimpleMatrix(n, 1);
        SimpleMatrix test = new SimpleMatrix(wanted.length, n);
        for (int i = 0; i < n; i++) {
            labels.set(i, known[drawn[i]]);
            test.setColumn(i, grams.test.getColumn(drawn[i]));
            for (int j = 0; j < n; j++) {
                gram.set(i, j, grams.pool.get(drawn[i], drawn[j]));
            }
        }
        SimpleMatrix ridged = gram.plus(RIDGE * gram.trace() / n, SimpleMatrix.identity(n));
        SimpleMatrix output = intercept ? withIntercept(ridged, labels, test) : test.mult(ridged.solve(labels));
        long right = IntStream.range(0, wanted.length)
                .filter(i -> output.get(i) * wanted[i] > 0)
                .count();
        return (double) right / wanted.length;
    }

    /// The intercept b has no ridge: `K a + b 1 = y` and `1'a = 0`.
    private static SimpleMatrix withIntercept(SimpleMatrix ridged, SimpleMatrix labels, SimpleMatrix test) {
        int n = ridged.getNumRows();
        SimpleMatrix ones = SimpleMatrix.filled(n, 1, 1);
        SimpleMatrix bordered =
                ridged.concatColumns(ones).concatRows(ones.transpose().concatColumns(new SimpleMatrix(1, 1)));
        SimpleMatrix solution = bordered.solve(labels.concatRows(new SimpleMatrix(1, 1)));
        return test.concatColumns(SimpleMatrix.filled(test.getNumRows(), 1, 1)).mult(solution);
    }
}
