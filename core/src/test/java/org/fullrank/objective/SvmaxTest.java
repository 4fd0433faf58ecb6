package org.fullrank.objective;

import java.util.List;

class SvmaxTest extends ObjectiveContract {
    @Override
    List<ObjectiveSpec> specs() {
        return List.of(Svmax.defaults(), new Svmax(2, 0.1));
    }

    @Override
    double naive(ObjectiveSpec spec, double[][] views, int n, int d) {
        double[][] unit = new double[views.length][];
        double penalty = 0;
        for (int v = 0; v < views.length; v++) {
            unit[v] = NaiveStatistics.unitRows(views[v], n, d);
            double mean = JacobiSingularValues.sum(unit[v], n, d) / d;
            double lower = Math.sqrt(n) / d;
            double upper = Math.sqrt((double) n * Math.min(n, d)) / d;
            penalty += Math.exp((upper - mean) / (upper - lower)) / views.length;
        }
        var weights = (Svmax) spec;
        return weights.alignment() * NaiveStatistics.squaredDistance(unit) / n + weights.meanSingularValue() * penalty;
    }
}
