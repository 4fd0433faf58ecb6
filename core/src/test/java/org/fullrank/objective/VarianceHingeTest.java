package org.fullrank.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.api.Test;

class VarianceHingeTest {


    @Test
    void theGradientDiesExactlyAboveGamma() {
        double gamma = 1;
        double[] z = {-1, 0, 1}; // variance 1
        for (double factor : new double[] {0.99, 0.9999, 1.0001, 1.01}) {
            double std = factor * Math.sqrt(gamma - VarianceHinge.DEFAULT_EPSILON); // epsilon counts
            var c = new RegularizerCase(VarianceHinge.defaults(), 3, 1, 1);
            double[] gradient = c.gradient(scaled(z, std));
            if (factor > 1) {
                assertThat(norm(gradient)).isZero();
                assertThat(c.value(scaled(z, std))).isZero();
            } else {
                assertThat(gradient[0]).isPositive(); // descent lengthens
                assertThat(gradient[2]).isNegative();
            }
        }
    }

    @Test
    void theGradientSurvivesCollapseWhereThatOfAHingeOnTheVarianceDoesNot() {
        double spread = 1e-2; // the standard deviation is sqrt(epsilon)
        double[] z = scaled(new double[] {-1, 0, 1, 0.5}, spread);
        var c = new RegularizerCase(new VarianceHinge(1, 1e-4), 4, 1, spread);
        double onStd = norm(c.gradient(z));
        double onVariance = norm(hingeOnVariance(z));
        assertThat(onStd).isGreaterThan(0.3);
        assertThat(onVariance).isLessThan(0.02);
        assertThat(norm(hingeOnVariance(scaled(z, 1e-2)))).isCloseTo(onVariance * 1e-2, within(1e-6));
    }

    @Test
    void theValueDoesNotSeeTheOffsetButTheScaleAndTheAxes() {
        var c = new RegularizerCase(VarianceHinge.defaults(), 4, 2, 1);
        double[] z = {0.3, 0, -0.3, 0, 0.2, 0, -0.2, 0};
        assertThat(c.value(Arrays.stream(z).map(x -> x + 7).toArray())).isCloseTo(c.value(z), within(1e-12));
        assertThat(c.value(scaled(z, 2))).isLessThan(c.value(z) - 0.1);
        double[] turned = new double[8]; // by 45 degrees
        for (int i = 0; i < 4; i++) {
            turned[2 * i] = z[2 * i] * Math.sqrt(0.5);
            turned[2 * i + 1] = z[2 * i] * Math.sqrt(0.5);
        }
        assertThat(c.value(turned)).isLessThan(c.value(z) - 0.01);
    }

    private static double[] hingeOnVariance(double[] z) {
        try (var scope = Scope.open()) {
            Tensor leaf = Tensors.of(z, z.length, 1).set_requires_grad(true);
            Tensor variance = leaf.var(new long[] {0}, true, false);
            torch.relu(variance.neg().add(Tensors.scalar(1))).mean().backward();
            return Tensors.doubles(leaf.grad());
        }
    }

    private static double[] scaled(double[] z, double by) {
        return Arrays.stream(z).map(x -> x * by).toArray();
    }

    private static double norm(double[] values) {
        return Math.sqrt(Arrays.stream(values).map(v -> v * v).sum());
    }
}
