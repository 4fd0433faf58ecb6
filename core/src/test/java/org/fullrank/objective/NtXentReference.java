package org.fullrank.objective;

import java.util.List;

final class NtXentReference implements Reference<NtXent> {
    @Override
    public List<NtXent> settings() {
        return List.of(NtXent.defaults(), new NtXent(0.1));
    }

    @Override
    public double value(NtXent loss, Batch batch) {
        double[][] unit = NaiveStatistics.unitRows(batch);
        int n = batch.rows();
        int total = unit.length * n;
        double sum = 0;
        for (int i = 0; i < total; i++) {
            double denominator = 0;
            for (int k = 0; k < total; k++) {
                denominator += k == i ? 0 : Math.exp(cosine(unit, batch, i, k) / loss.temperature());
            }
            for (int v = 0; v < unit.length; v++) {
                int positive = v * n + i % n;
                if (positive != i) {
                    sum += (Math.log(denominator) - cosine(unit, batch, i, positive) / loss.temperature())
                            / (unit.length - 1);
                }
            }
        }
        return sum / total;
    }

    /// Of row a and row b of all views one below the other; a row of zeros has the cosine 0 with every row.
    private static double cosine(double[][] unit, Batch batch, int a, int b) {
        int n = batch.rows();
        return NaiveStatistics.dot(unit[a / n], a % n, unit[b / n], b % n, batch.columns());
    }
}
