package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.engine.Keyed;
import org.fullrank.lab.Guillotine.Kept;
import org.junit.jupiter.api.Test;

class GuillotineTest {
    private static Guillotine withPairs(Guillotine.Pairs pairs) {
        return new Guillotine(pairs, SimpleMatrix::solve);
    }

    private static SimpleMatrix ridge(SimpleMatrix x, SimpleMatrix y) {
        int size = x.getNumCols();
        SimpleMatrix gram = x.transpose().mult(x).plus(1000, SimpleMatrix.identity(size));
        return gram.solve(x.transpose().mult(y));
    }

    @Test
    void everyClaimCanFail() {
        PlantedErrors.assertThatEveryClaimCanFail(
                Map.of(
                        "views that keep all", withPairs((_, x, _) -> x.copy()),
                        "views that keep nothing",
                                withPairs((random, x, _) -> MatrixMath.gaussian(random, x.getNumRows(), 4, 1)),
                        "views that keep v",
                                withPairs((random, x, kept) -> {
                                    SimpleMatrix other = Guillotine.pairs(random, x, kept);
                                    return kept == Kept.TARGET
                                            ? other
                                            : other.cols(2, 4).concatColumns(x.cols(2, 4));
                                }),
                        "classes that keep u", withPairs((random, x, _) -> Guillotine.pairs(random, x, Kept.U)),
                        "a probe with a strong ridge", new Guillotine(Guillotine::pairs, GuillotineTest::ridge)),
                new Setting(Setting.SEED, true, null));
    }

    @Test
    void pairsShareWhatIsKeptAndNothingElse() {
        SimpleMatrix x = MatrixMath.gaussian(Keyed.of(1), 50, 4, 1);
        SimpleMatrix byU = Guillotine.pairs(Keyed.of(2), x, Kept.U);
        SimpleMatrix byTarget = Guillotine.pairs(Keyed.of(2), x, Kept.TARGET);
        for (int i = 0; i < 50; i++) {
            assertThat(byU.get(i, 0)).isEqualTo(x.get(i, 0));
            assertThat(byU.get(i, 1)).isEqualTo(x.get(i, 1));
            assertThat(byU.get(i, 2)).isNotEqualTo(x.get(i, 2));
            assertThat(byTarget.get(i, 0) + byTarget.get(i, 2)).isCloseTo(x.get(i, 0) + x.get(i, 2), within(1e-12));
            assertThat(byTarget.get(i, 1)).isNotEqualTo(x.get(i, 1));
        }
    }
}
