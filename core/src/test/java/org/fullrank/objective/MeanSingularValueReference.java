package org.fullrank.objective;

import java.util.List;
import org.fullrank.objective.MeanSingularValue.Form;

final class MeanSingularValueReference implements Reference<MeanSingularValue> {
    @Override
    public List<MeanSingularValue> settings() {
        return List.of(new MeanSingularValue(Form.PLAIN), new MeanSingularValue(Form.BOUNDED));
    }

    @Override
    public double value(MeanSingularValue loss, Batch batch) {
        int n = batch.rows();
        int d = batch.columns();
        double[] z = batch.views()[0];
        return switch (loss.form()) {
            case PLAIN -> -JacobiSingularValues.sum(z, n, d) / d;
            case BOUNDED -> bounded(NaiveStatistics.unitRows(z, n, d), n, d);
        };
    }

    static double bounded(double[] unit, int n, int d) {
        double mean = JacobiSingularValues.sum(unit, n, d) / d;
        double lower = Math.sqrt(n) / d; // the Frobenius norm of n rows of norm 1 is sqrt(n)
        double upper = Math.sqrt((double) n * Math.min(n, d)) / d;
        return Math.exp((upper - mean) / (upper - lower));
    }
}
