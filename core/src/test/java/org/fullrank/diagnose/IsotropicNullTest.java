package org.fullrank.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Moments;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IsotropicNullTest {
    @ParameterizedTest
    @CsvSource({
        "2, 1, 400",
        "2, 5, 200",
        "3, 2, 900",
        "8, 512, 8",
        "8, 4, 400",
        "64, 64, 100",
        "32, 100, 60",
        "300, 20, 10",
        "4096, 128, 2",
        "200, 255, 4",
        "256, 300, 4",
        "300, 300, 4",
        "600, 300, 3",
        "400, 2000, 3",
        "3000, 1, 3",
        "1500, 600, 2",
        "16, 8192, 3"
    })
    void isotropicRowsReadAllOfEveryRank(int rows, int width, int draws) {
        double[] shares = new double[5];
        for (int draw = 0; draw < draws; draw++) {
            try (var scope = Scope.open();
                    var moments = Moments.of(Tensors.of(gaussian(draw, rows, width), rows, width))) {
                Ranks ranks = Ranks.of(moments);
                double[] found = {
                    ranks.get(Measure.RANKME_CENTERED_SHARE),
                    ranks.get(Measure.PARTICIPATION_SHARE),
                    ranks.get(Measure.EFFECTIVE_RANK_SHARE),
                    ranks.get(Measure.STABLE_RANK_SHARE),
                    ranks.get(Measure.RANKME_SHARE)
                };
                for (int i = 0; i < shares.length; i++) {
                    shares[i] += found[i] / draws;
                }
            }
        }
        assertThat(shares).containsExactly(new double[] {1, 1, 1, 1, 1}, within(0.02));
    }

    private static double[] gaussian(int draw, int rows, int width) {
        Keyed random = Keyed.of(11, draw, rows, width);
        double[] z = new double[rows * width];
        for (int i = 0; i < z.length; i++) {
            z[i] = random.nextGaussian();
        }
        return z;
    }
}
