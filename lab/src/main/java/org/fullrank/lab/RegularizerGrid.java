package org.fullrank.lab;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.fullrank.lab.RegularizedRun.Choice;
import org.fullrank.stats.Holm;
import org.fullrank.stats.MeanAndSpread;
import org.fullrank.stats.PairedTest;

/// Trainings with every regularizer and every strength. Run r of all of them has the same data and the same
/// initial weights, so the runs are pairs.
///
/// @param methods the regularizers; the first is none
/// @param runs by `[method][strength][run]`
record RegularizerGrid(List<Method> methods, RegularizedRun[][][] runs) {
    /// A regularizer and where it acts.
    ///
    /// @param everywhere whether it acts on all hidden layers; otherwise on the last of them
    record Method(FeatureTerm term, boolean everywhere) {
        String layers() {
            return term.actsOnFeatures() ? (everywhere ? "all" : "last") : "-";
        }
    }

    /// One training.
    @FunctionalInterface
    interface Training {
        RegularizedRun of(Choice choice, int run);
    }

    /// A gain in test accuracy over another method.
    ///
    /// @param points mean gain in points of percent
    /// @param deviation of the gain over the runs
    /// @param p of the paired test, corrected by Holm's method over all methods
    record Gain(double points, double deviation, double p) {
        boolean isSignificant() {
            return p <= PairedTest.LEVEL;
        }
    }

    /// All methods: none, weight decay, and each term on the last layer and on all.
    static List<Method> all() {
        List<Method> methods = new ArrayList<>(last());
        for (FeatureTerm term : FeatureTerm.values()) {
            if (term.actsOnFeatures()) {
                methods.add(new Method(term, true));
            }
        }
        return methods;
    }

    /// The methods that act on the last layer, and none and weight decay.
    static List<Method> last() {
        return Arrays.stream(FeatureTerm.values())
                .map(term -> new Method(term, false))
                .toList();
    }

    static RegularizerGrid of(List<Method> methods, int count, Training training) {
        RegularizedRun[][][] runs = new RegularizedRun[methods.size()][][];
        for (int m = 0; m < runs.length; m++) {
            Method method = methods.get(m);
            runs[m] = Arrays.stream(method.term.strengths())
                    .mapToObj(strength -> new Choice(method.term, method.everywhere, strength))
                    .map(choice -> IntStream.range(0, count)
                            .mapToObj(run -> training.of(choice, run))
                            .toArray(RegularizedRun[]::new))
                    .toArray(RegularizedRun[][]::new);
        }
        return new RegularizerGrid(methods, runs);
    }

    int index(FeatureTerm term, boolean everywhere) {
        return methods.indexOf(new Method(term, everywhere && term.actsOnFeatures()));
    }

    /// The strength with the best mean accuracy on validation data, as its number.
    int chosen(int method) {
        return IntStream.range(0, runs[method].length)
                .reduce((a, b) -> validation(method, b) > validation(method, a) ? b : a)
                .orElseThrow();
    }

    private double validation(int method, int strength) {
        return Arrays.stream(runs[method][strength])
                .mapToDouble(RegularizedRun::validation)
                .average()
                .orElseThrow();
    }

    double strength(int method) {
        return methods.get(method).term.strengths()[chosen(method)];
    }

    /// The test accuracies at the chosen strength.
    double[] tests(int method) {
        return Arrays.stream(runs[method][chosen(method)])
                .mapToDouble(RegularizedRun::test)
                .toArray();
    }

    double test(int method) {
        return VectorMath.mean(tests(method));
    }

    /// The gain of each method over none, corrected for all methods. That of none is 0 with p 1.
    Gain[] gains() {
        return gains(
                IntStream.range(0, methods.size()).toArray(),
                IntStream.range(0, methods.size()).map(_ -> 0).toArray());
    }

    /// The gain of each term on all layers over the same term on the last, corrected for all terms.
    Gain[] gainsOfAllLayers() {
        FeatureTerm[] terms = Arrays.stream(FeatureTerm.values())
                .filter(FeatureTerm::actsOnFeatures)
                .toArray(FeatureTerm[]::new);
        return gains(
                Arrays.stream(terms).mapToInt(term -> index(term, true)).toArray(),
                Arrays.stream(terms).mapToInt(term -> index(term, false)).toArray());
    }

    private Gain[] gains(int[] of, int[] over) {
        double[] p = Holm.correct(IntStream.range(0, of.length)
                .mapToDouble(i -> of[i] == over[i]
                        ? Double.NaN
                        : PairedTest.of(tests(of[i]), tests(over[i])).p())
                .toArray());
        return IntStream.range(0, of.length)
                .mapToObj(i -> {
                    double[] difference = tests(of[i]);
                    double[] base = tests(over[i]);
                    Arrays.setAll(difference, r -> 100 * (difference[r] - base[r]));
                    var spread = MeanAndSpread.of(difference);
                    return new Gain(spread.mean(), spread.std(), of[i] == over[i] ? 1 : p[i]);
                })
                .toArray(Gain[]::new);
    }
}
