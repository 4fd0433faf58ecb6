package org.fullrank.objective;

import java.util.List;

class VarianceHingeTest extends RegularizerContract {
    @Override
    List<VarianceHinge> regularizers() {
        return List.of(VarianceHinge.defaults(), new VarianceHinge(0.4, 1e-2));
    }

    @Override
    double naive(Regularizer regularizer, double[] z, int n, int d) {
        var hinge = (VarianceHinge) regularizer;
        double sum = 0;
        for (int j = 0; j < d; j++) {
            double mean = 0;
            double squares = 0;
            for (int i = 0; i < n; i++) {
                mean += z[i * d + j] / n;
            }
            for (int i = 0; i < n; i++) {
                squares += Math.pow(z[i * d + j] - mean, 2);
            }
            sum += Math.max(0, hinge.gamma() - Math.sqrt(squares / (n - 1) + hinge.epsilon()));
        }
        return sum / d;
    }
}
