package org.fullrank.lab;

import java.util.Map;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.lab.KindsOfCollapse.Loss;
import org.junit.jupiter.api.Test;

class KindsOfCollapseTest {
    @Test
    void everyClaimFailsUnderSomeError() {
        PlantedErrors.assertThatEveryClaimCanFail(
                Map.of(
                        "no gradient", new KindsOfCollapse((_, a, _) -> new SimpleMatrix(a.getNumRows(), 2)),
                        "variance left out",
                                new KindsOfCollapse((_, a, b) -> KindsOfCollapse.slope(Loss.INVARIANCE, a, b)),
                        "covariance too early",
                                new KindsOfCollapse((_, a, b) -> KindsOfCollapse.slope(Loss.COVARIANCE, a, b))),
                new Setting(Setting.SEED, true, null));
    }
}
