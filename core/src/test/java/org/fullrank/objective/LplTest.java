package org.fullrank.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.api.Test;

class LplTest extends ObjectiveContract {
    @Override
    List<ObjectiveSpec> specs() {
        return List.of(Lpl.defaults(), new Lpl(2, 0.5, 3, 1e-2));
    }

    @Override
    double naive(ObjectiveSpec spec, double[][] views, int n, int d) {
        var lpl = (Lpl) spec;
        double push = 0;
        double decorrelation = 0;
        for (double[] view : views) {
            double[][] c = NaiveStatistics.covariance(view, n, d);
            for (int j = 0; j < d; j++) {
                push -= Math.log(c[j][j] + lpl.epsilon()) / d / views.length;
            }
            decorrelation += NaiveStatistics.offDiagonal(c) / (d * d - d) / views.length;
        }
        return lpl.pull() * NaiveStatistics.squaredDistance(views) / (n * d)
                + lpl.push() * push
                + lpl.decorrelation() * decorrelation;
    }

    @Test
    void partsHaveTheNamesOfThePaper() {
        try (var scope = Scope.open()) {
            var z = Tensors.of(new double[] {1, 2, 3, 5}, 2, 2);
            Terms terms = Lpl.defaults().objective().evaluate(new Views(List.of(z, z)));
            assertThat(terms.parts().keySet()).containsExactly("pull", "push", "decorrelation");
        }
    }

    @Test
    void aNegativeWeightIsRefusedByItsName() {
        assertThatThrownBy(() -> new Lpl(-1, 1, 10, 1e-4))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("pull weight: found -1.0");
    }
}
