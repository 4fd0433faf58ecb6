package org.fullrank.objective;

import java.util.List;

class NtXentTest extends ObjectiveContract {
    @Override
    List<ObjectiveSpec> specs() {
        return List.of(NtXent.defaults());
    }

    @Override
    double naive(ObjectiveSpec spec, double[][] views, int n, int d) {
        return ntXent(views, n, d, NtXent.DEFAULT_TEMPERATURE);
    }

    private static double ntXent(double[][] views, int n, int d, double temperature) {
        int total = views.length * n;
        double loss = 0;
        for (int i = 0; i < total; i++) {
            double denominator = 0;
            for (int k = 0; k < total; k++) {
                denominator += k == i ? 0 : Math.exp(cosine(views, n, d, i, k) / temperature);
            }
            for (int v = 0; v < views.length; v++) {
                int positive = v * n + i % n;
                if (positive != i) {
                    loss += (Math.log(denominator) - cosine(views, n, d, i, positive) / temperature)
                            / (views.length - 1);
                }
            }
        }
        return loss / total;
    }

    private static double cosine(double[][] views, int n, int d, int a, int b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int j = 0; j < d; j++) {
            double x = views[a / n][a % n * d + j];
            double y = views[b / n][b % n * d + j];
            dot += x * y;
            aa += x * x;
            bb += y * y;
        }
        return dot / Math.sqrt(aa * bb);
    }
}
