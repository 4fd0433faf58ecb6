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
    void aNewChoiceIsTheOneFromThenOn() {
        int renewed = Threads.renew(0);
        assertThat(renewed).isBetween(1, Runtime.getRuntime().availableProcessors());
        assertThat(Threads.resolve(0)).isEqualTo(renewed);
        assertThat(Threads.remark().isEmpty())
                .isEqualTo(renewed == Runtime.getRuntime().availableProcessors());
        assertThat(Threads.renew(3)).as("a number of the user").isEqualTo(3);
        assertThat(Threads.resolve(0)).isEqualTo(renewed);
    }

    @Test
    void fewerThreadsAreTakenOnceTheyAreFasterAndMoreOnceTheyAre() {
        var all = new Threads.Choice(2, "");
        assertThat(all.next(2, false, ThreadsTest::unasked)).isEqualTo(all);
        Threads.Choice one = all.next(2, true, () -> measured(1, 14.5));
        assertThat(one.threads()).isEqualTo(1);
        assertThat(one.remark())
                .isEqualTo("1 of 2 threads are used: other processes use the processors, and 2 threads take 14.5"
                        + " times as long");
        assertThat(one.next(2, false, () -> measured(1, 9)))
                .as("the others rest only for the moment of the look")
                .extracting(Threads.Choice::threads)
                .isEqualTo(1);
        assertThat(one.next(2, false, () -> measured(1, 0.5))).isEqualTo(all);
        assertThat(one.next(2, true, () -> measured(1, 0.9)))
                .as("10 % are noise")
                .isEqualTo(new Threads.Choice(1, "1 of 2 threads are used: 2 threads are not clearly faster"));
    }

    private static ThreadChoice.Measured measured(double one, double two) {
        return new ThreadChoice.Measured(new int[] {1, 2}, new double[] {one, two});
    }

    private static ThreadChoice.Measured unasked() {
        throw new AssertionError("measured on an idle machine");
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
