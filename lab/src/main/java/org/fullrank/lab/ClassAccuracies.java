package org.fullrank.lab;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.fullrank.stats.Holm;
import org.fullrank.stats.PairedTest;

/// Test accuracies of the classes for several strengths of a regularizer. Run r of all strengths has the same
/// data and the same initial weights, so the runs are pairs.
///
/// @param strengths label of each strength
/// @param shares accuracy by `[strength][run][class]`
/// @param items test items of each class
record ClassAccuracies(List<String> strengths, double[][][] shares, int[] items) {
    ClassAccuracies {
        strengths = List.copyOf(strengths);
    }

    int classes() {
        return items.length;
    }

    /// The accuracies of a class in all runs.
    double[] runs(int strength, int label) {
        return Arrays.stream(shares[strength]).mapToDouble(run -> run[label]).toArray();
    }

    /// The mean accuracy of a class.
    double of(int strength, int label) {
        return VectorMath.mean(runs(strength, label));
    }

    /// The mean accuracy on all test items.
    double overall(int strength) {
        double right = 0;
        for (int c = 0; c < classes(); c++) {
            right += items[c] * of(strength, c);
        }
        return right / Arrays.stream(items).sum();
    }

    /// How much a class gains from one strength to another, in points of percent.
    double gain(int from, int to, int label) {
        return 100 * (of(to, label) - of(from, label));
    }

    /// How much the accuracy on all test items gains, in points of percent.
    double gain(int from, int to) {
        return 100 * (overall(to) - overall(from));
    }

    /// The strength with the highest accuracy on all test items.
    int best() {
        return IntStream.range(0, strengths.size())
                .reduce((a, b) -> overall(b) > overall(a) ? b : a)
                .orElseThrow();
    }

    /// The p values of the gains of all classes, corrected by Holm's method.
    double[] p(int from, int to) {
        return Holm.correct(IntStream.range(0, classes())
                .mapToDouble(c -> test(from, to, c).p())
                .toArray());
    }

    private PairedTest test(int from, int to, int label) {
        return PairedTest.of(runs(to, label), runs(from, label), 1.0 / items[label]);
    }

    /// The classes for which another strength is significantly better than [#best]. The p values are
    /// corrected for all classes and strengths.
    int[] harmed() {
        int best = best();
        List<PairedTest> tests = IntStream.range(0, strengths.size() * classes())
                .filter(i -> i / classes() != best)
                .mapToObj(i -> test(best, i / classes(), i % classes()))
                .toList();
        double[] p = Holm.correct(tests.stream().mapToDouble(PairedTest::p).toArray());
        return IntStream.range(0, tests.size())
                .filter(i -> p[i] <= PairedTest.LEVEL && tests.get(i).difference() > 0)
                .map(i -> i % classes())
                .distinct()
                .sorted()
                .toArray();
    }
}
