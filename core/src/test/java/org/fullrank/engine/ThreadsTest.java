package org.fullrank.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class ThreadsTest {
    @Test
    void zeroStandsForAtMostAllProcessorsAndStaysTheSame() {
        int first = Threads.resolve(0);
        assertThat(first).isBetween(1, Runtime.getRuntime().availableProcessors());
        assertThat(Threads.resolve(0)).isEqualTo(first);
        assertThat(Threads.remark().isEmpty())
                .isEqualTo(first == Runtime.getRuntime().availableProcessors());
        assertThat(Threads.resolve(3)).isEqualTo(3);
    }

    @Test
    void negativeNumbersAreRefused() {
        assertThatThrownBy(() -> Threads.resolve(-1))
                .isInstanceOf(InputException.class)
                .hasMessage("threads: found -1, expected 0 (all processors) or a positive number");
    }

    @Test
    void engineUsesTheNumberGiven() {
        Threads.use(2);
        assertThat(torch.get_num_threads()).isEqualTo(2);
        Threads.use(1);
        assertThat(torch.get_num_threads()).isEqualTo(1);
    }
}
