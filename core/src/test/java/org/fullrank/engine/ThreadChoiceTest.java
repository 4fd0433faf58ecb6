package org.fullrank.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ThreadChoiceTest {
    private static ThreadChoice.Measured measured(double one, double two, double four) {
        return new ThreadChoice.Measured(new int[] {1, 2, 4}, new double[] {one, two, four});
    }

    @Test
    void theFastestNumberIsTakenIfItSavesAFifth() {
        assertThat(measured(1, 5, 9).best(4)).isEqualTo(1);
        assertThat(measured(1, 0.5, 0.9).best(4)).isEqualTo(2);
        assertThat(measured(1, 0.9, 0.95).best(4)).as("5 % are noise").isEqualTo(4);
        assertThat(measured(0.95, 0.9, 1).best(1)).as("6 % are noise").isEqualTo(1);
        assertThat(measured(1, 0.6, 0.3).best(1)).as("the others have gone").isEqualTo(4);
        assertThat(measured(1, 5, 9).best(3))
                .as("a number that was not measured")
                .isEqualTo(1);
        assertThat(measured(1, 5, 9).ratio(4, 1)).isCloseTo(9, within(1e-12));
    }

    @Test
    void aMeasurementHasATimeForEachNumberAndLeavesTheMost() {
        ThreadChoice.Measured measured = ThreadChoice.measure(2);
        assertThat(measured.threads()).containsExactly(1, 2);
        assertThat(Arrays.stream(measured.seconds()).boxed()).hasSize(2).allMatch(seconds -> seconds > 0);
        assertThat(torch.get_num_threads()).isEqualTo(2);
        assertThat(ThreadChoice.measure(4, 3).threads())
                .as("with the number in use")
                .containsExactly(1, 2, 3, 4);
        Threads.use(1);
    }

    /// The own threads do not count as other processes, however many of them run.
    @Test
    @EnabledOnOs(OS.LINUX)
    void ownThreadsThatRunAreCounted() throws IOException {
        var stop = new AtomicBoolean();
        List<Thread> busy = IntStream.range(0, 3)
                .mapToObj(i -> Thread.ofPlatform().name(") busy").start(() -> {
                    while (!stop.get()) {
                        Thread.onSpinWait();
                    }
                }))
                .toList();
        try {
            assertThat(ThreadChoice.ownRunning()).as("the three and the caller").isGreaterThanOrEqualTo(4);
        } finally {
            stop.set(true);
            busy.forEach(ThreadChoiceTest::join);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
