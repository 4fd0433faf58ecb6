package org.fullrank.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class ThreadsTest {
    @Test
    void zeroStandsForAllProcessors() {
        assertThat(Threads.resolve(0)).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(Threads.resolve(3)).isEqualTo(3);
    }

    @Test
    void aNegativeNumberIsRefused() {
        assertThatThrownBy(() -> Threads.resolve(-1))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("threads: found -1");
    }

    @Test
    void theLimitHoldsForTheEngineAndForOpenBlas() {
        Natives.load();
        int before = torch.get_num_threads();
        int blasBefore = openblas.blas_get_num_threads();
        try {
            Threads.use(1);
            assertThat(torch.get_num_threads()).isEqualTo(1);
            assertThat(openblas.blas_get_num_threads()).isEqualTo(1);
        } finally {
            torch.set_num_threads(before);
            openblas.blas_set_num_threads(blasBefore);
        }
    }
}
