package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import org.fullrank.lab.NormNet.Moments;
import org.fullrank.lab.NormNet.Statistics;
import org.junit.jupiter.api.Test;

class BnPartitionTest {
    private static Experiment with(Statistics statistics) {
        return new BnPartition(statistics, NormNet::normal, NormNet::relu);
    }

    private static Moments moved(double[] values, double sigmas) {
        Moments moments = Moments.of(values);
        return new Moments(moments.mean() + sigmas * Math.sqrt(moments.variance()), moments.variance());
    }

    @Test
    void everyClaimCanFail() {
        PlantedErrors.assertThatEveryClaimCanFail(
                Map.of(
                        "no mean",
                                with(values -> new Moments(0, Moments.of(values).variance())),
                        "mean beside the data", with(values -> moved(values, 0.3)),
                        "largest value instead of the mean",
                                with(values ->
                                        new Moments(Arrays.stream(values).max().orElseThrow(), 1)),
                        "variance with n - 1",
                                with(values -> new Moments(
                                        VectorMath.mean(values),
                                        VectorMath.deviation(values) * VectorMath.deviation(values))),
                        "all units on", new BnPartition(Moments::of, BnPartitionTest::allOn, NormNet::relu),
                        "activation with a jump",
                                new BnPartition(Moments::of, NormNet::normal, h -> h > 0 ? h + 1 : 0)),
                new Setting(Setting.SEED, true, null));
    }

    /// The product of all weights, as if no unit were off.
    private static double[] allOn(NormNet net, double[] x, int unit) {
        double[] normal = net.layers().getLast().w()[unit].clone();
        for (int l = net.layers().size() - 2; l >= 0; l--) {
            double[][] w = net.layers().get(l).w();
            double[] below = new double[w[0].length];
            for (int k = 0; k < w.length; k++) {
                VectorMath.add(below, normal[k], w[k]);
            }
            normal = below;
        }
        return normal;
    }

    @Test
    void contoursOfACircleLieOnIt() {
        Trajectory circle = new Contours(new double[] {-2, -2}, new double[] {2, 2}, 101)
                .zeros(x -> new double[] {x[0] * x[0] + x[1] * x[1] - 1})
                .getFirst();
        double[] x = circle.x();
        double[] y = circle.y();
        assertThat(x).hasSizeGreaterThan(100);
        assertThat(Arrays.stream(x).filter(Double::isNaN).count())
                .as("one closed curve")
                .isEqualTo(1);
        for (int i = 0; i < x.length - 1; i++) {
            assertThat(Math.hypot(x[i], y[i])).isBetween(0.999, 1.001);
        }
    }
}
