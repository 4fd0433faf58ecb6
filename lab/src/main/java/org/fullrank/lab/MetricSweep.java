package org.fullrank.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.lab.RankingTerm.Added;
import org.fullrank.objective.RankingLoss;

/// Trainings of each loss with each term at each learning rate.
///
/// @param rates ascending
/// @param draws number of repetitions
/// @param runs by loss, term, rate and repetition, the last fastest
record MetricSweep(double[] rates, int draws, List<MetricRun> runs) {
    /// Within this distance of the best recall, a rate counts as good: three points.
    private static final double CLOSE = 0.03;

    /// @param tasks the data of a repetition
    static MetricSweep of(
            List<RankingLoss> losses,
            double[] rates,
            int steps,
            int draws,
            RankingTerm term,
            Setting setting,
            IntFunction<MetricTask> tasks) {
        List<MetricTask> drawn = IntStream.range(0, draws).mapToObj(tasks).toList();
        List<MetricRun.Plan> plans = new ArrayList<>();
        for (RankingLoss loss : losses) {
            for (Added added : Added.values()) {
                for (double rate : rates) {
                    for (int draw = 0; draw < draws; draw++) {
                        plans.add(new MetricRun.Plan(loss, added, rate, steps, draw));
                    }
                }
            }
        }
        return new MetricSweep(
                rates,
                draws,
                plans.parallelStream()
                        .map(plan -> MetricRun.of(plan, term, drawn.get(plan.draw()), setting))
                        .toList());
    }

    private List<MetricRun> at(int loss, Added added, int rate) {
        int from = ((loss * Added.values().length + added.ordinal()) * rates.length + rate) * draws;
        return runs.subList(from, from + draws);
    }

    /// Recall@1, mean over the repetitions.
    double recall(int loss, Added added, int rate) {
        return at(loss, added, rate).stream()
                .mapToDouble(MetricRun::recall)
                .average()
                .orElseThrow();
    }

    double[] recalls(int loss, Added added) {
        return IntStream.range(0, rates.length)
                .mapToDouble(rate -> recall(loss, added, rate))
                .toArray();
    }

    /// The rate with the best recall, as its number.
    int bestRate(int loss, Added added) {
        int best = 0;
        for (int rate = 1; rate < rates.length; rate++) {
            best = recall(loss, added, rate) > recall(loss, added, best) ? rate : best;
        }
        return best;
    }

    double best(int loss, Added added) {
        return recall(loss, added, bestRate(loss, added));
    }

    double bestNmi(int loss, Added added) {
        return IntStream.range(0, rates.length)
                .mapToDouble(rate -> at(loss, added, rate).stream()
                        .mapToDouble(MetricRun::nmi)
                        .average()
                        .orElseThrow())
                .max()
                .orElseThrow();
    }

    /// Decades from the lowest to the highest rate that is close to the best of this curve.
    double range(int loss, Added added) {
        return range(recalls(loss, added), best(loss, added));
    }

    /// The same for rates that are close to the best of any curve of this loss. 0 means one rate, NaN none.
    double rangeOfAll(int loss, Added added) {
        double best = 0;
        for (Added other : Added.values()) {
            best = Math.max(best, best(loss, other));
        }
        return range(recalls(loss, added), best);
    }

    private double range(double[] recalls, double best) {
        int[] good = IntStream.range(0, rates.length)
                .filter(rate -> recalls[rate] >= best - CLOSE)
                .toArray();
        return good.length == 0 ? Double.NaN : Math.log10(rates[good[good.length - 1]] / rates[good[0]]);
    }

    /// Embeddings of the first repetition at the rate with the best recall.
    SimpleMatrix embeddings(int loss, Added added) {
        return at(loss, added, bestRate(loss, added)).getFirst().embeddings();
    }
}
