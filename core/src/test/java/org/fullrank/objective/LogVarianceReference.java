package org.fullrank.objective;

import java.util.List;

final class LogVarianceReference implements Reference<LogVariance> {
    @Override
    public List<LogVariance> settings() {
        return List.of(LogVariance.defaults(), new LogVariance(1e-8));
    }

    @Override
    public double value(LogVariance push, Batch batch) {
        return value(push.epsilon(), batch, batch.views()[0]);
    }

    static double value(double epsilon, Batch batch, double[] z) {
        double[][] c = NaiveStatistics.covariance(z, batch.rows(), batch.columns());
        double sum = 0;
        for (int j = 0; j < c.length; j++) {
            sum -= Math.log(c[j][j] + epsilon);
        }
        return sum / c.length;
    }
}
