package org.fullrank.objective;

import java.util.List;

final class VarianceHingeReference implements Reference<VarianceHinge> {
    @Override
    public List<VarianceHinge> settings() {
        return List.of(VarianceHinge.defaults(), new VarianceHinge(0.4, 1e-2));
    }

    @Override
    public double value(VarianceHinge hinge, Batch batch) {
        return value(hinge, batch, batch.views()[0]);
    }

    static double value(VarianceHinge hinge, Batch batch, double[] z) {
        double[][] c = NaiveStatistics.covariance(z, batch.rows(), batch.columns());
        double sum = 0;
        for (int j = 0; j < c.length; j++) {
            sum += Math.max(0, hinge.gamma() - Math.sqrt(c[j][j] + hinge.epsilon()));
        }
        return sum / c.length;
    }
}
