package org.fullrank.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;

class LogDetEntropyTest {


    @Test
    void aCollapsedEmbeddingHasTheLargestValueWhichIsZero() {
        var point = new RegularizerCase(LogDetEntropy.defaults(), 6, 3, 0);
        assertThat(point.value(point.embedding(1))).isCloseTo(0, within(1e-12));
    }

    @Test
    void correlationCostsEntropyAtEqualVariances() {
        var c = new RegularizerCase(LogDetEntropy.defaults(), 4, 2, 1);
        double free = c.value(new double[] {1, 1, 1, -1, -1, 1, -1, -1});
        double bound = c.value(new double[] {1, 1, 1, 1, -1, -1, -1, -1});
        assertThat(bound).isGreaterThan(free + 0.2);
        assertThat(free).isCloseTo(-Math.log(1 + 2 / 0.5) / 2, within(1e-12)); // the sum over its diagonal
    }

    @Test
    void aDistortionThatIsNotPositiveIsRefused() {
        assertThatThrownBy(() -> new LogDetEntropy(0))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("distortion: found 0.0");
    }

}
