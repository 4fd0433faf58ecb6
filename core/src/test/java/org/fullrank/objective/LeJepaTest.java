package org.fullrank.objective;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.objective.SlicedGaussianity.Pooling;
import org.fullrank.objective.SlicedGaussianity.Weighting;
import org.junit.jupiter.api.Test;

class LeJepaTest {


    @Test
    void aBalanceOutsideZeroToOneIsRefused() {
        assertThatThrownBy(() -> new LeJepa(1.5, 6, 9, 3, Weighting.GAUSSIAN, Pooling.MEAN))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("lambda: found 1.5, expected 0 to 1");
    }
}
