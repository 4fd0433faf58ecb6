package org.fullrank.objective;

import java.util.List;

class LogDetTest extends ObjectiveContract {
    @Override
    List<ObjectiveSpec> specs() {
        return List.of(LogDet.defaults(), new LogDet(2, 3, 1e-2));
    }

    @Override
    double naive(ObjectiveSpec spec, double[][] views, int n, int d) {
        var logDet = (LogDet) spec;
        var entropy = new LogDetEntropy(logDet.distortion());
        var reference = new LogDetEntropyTest();
        double sum = 0;
        for (double[] view : views) {
            sum += reference.naive(entropy, view, n, d) / views.length;
        }
        return logDet.invariance() * NaiveStatistics.squaredDistance(views) / (n * d) + logDet.entropy() * sum;
    }
}
