package org.fullrank.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BatcherTest {
    private final List<Integer> sizes = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch go = new CountDownLatch(1);

    /// Waits for `go`, notes the size of the batch and squares the items. An item -1 fails.
    private List<Integer> squares(List<Integer> items) {
        try {
            go.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        sizes.add(items.size());
        if (items.contains(-1)) {
            throw new IllegalArgumentException("negative");
        }
        return items.stream().map(i -> i * i).toList();
    }

    private Batcher<Integer, Integer> batcher(int batch, int queue) {
        return new Batcher<>(this::squares, batch, Duration.ofMillis(500), queue);
    }

    private static CompletableFuture<Integer> one(Batcher<Integer, Integer> batcher, int item) {
        return batcher.offer(List.of(item)).orElseThrow().getFirst();
    }

    @Test
    void itemsAreTakenTogetherOrNotAtAll() {
        try (var batcher = batcher(1, 4)) {
            assertThat(batcher.offer(List.of(1, 2, 3))).isPresent();
            assertThat(batcher.offer(List.of(4, 5, 6))).isEmpty();
            assertThat(batcher.hasRoom(3)).isFalse();
            assertThat(batcher.offer(List.of(4))).isPresent();
            go.countDown();
        }
        assertThat(sizes).hasSize(4);
    }

    /// An error of the virtual machine does not end the thread.
    @Test
    void anErrorIsAResult() throws Exception {
        var failing = new Batcher<Integer, Integer>(
                items -> {
                    if (items.contains(0)) {
                        throw new StackOverflowError("deep");
                    }
                    return items;
                },
                1,
                Duration.ZERO,
                10);
        try (failing) {
            assertThatThrownBy(one(failing, 0)::get).hasMessageContaining("deep");
            assertThat(one(failing, 7).get()).isEqualTo(7);
        }
    }

    @Test
    void whatWaitsIsComputedTogetherAndInOrder() throws Exception {
        try (var batcher = batcher(4, 100)) {
            List<CompletableFuture<Integer>> results =
                    IntStream.range(0, 10).mapToObj(i -> one(batcher, i)).toList();
            go.countDown();
            for (int i = 0; i < 10; i++) {
                assertThat(results.get(i).get()).isEqualTo(i * i);
            }
        }
        assertThat(sizes).allMatch(size -> size <= 4).contains(4);
        assertThat(sizes.stream().mapToInt(Integer::intValue).sum()).isEqualTo(10);
    }

    @Test
    void anItemThatFailsDoesNotHarmTheOthers() throws Exception {
        try (var batcher = batcher(3, 100)) {
            CompletableFuture<Integer> first = one(batcher, 2);
            CompletableFuture<Integer> bad = one(batcher, -1);
            CompletableFuture<Integer> last = one(batcher, 3);
            go.countDown();
            assertThat(first.get()).isEqualTo(4);
            assertThat(last.get()).isEqualTo(9);
            assertThatThrownBy(bad::get).isInstanceOf(ExecutionException.class).hasMessageContaining("negative");
        }
    }

    @Test
    void aFullQueueRefuses() {
        try (var batcher = batcher(1, 3)) {
            long accepted = IntStream.range(0, 50)
                    .mapToObj(i -> batcher.offer(List.of(i)))
                    .filter(Optional::isPresent)
                    .count();
            int waiting = batcher.waiting();
            go.countDown(); // before an assertion fails, because closing waits for the results
            assertThat(accepted).isBetween(3L, 4L); // one may already be computed
            assertThat(waiting).isBetween((int) accepted - 1, 3);
        }
    }

    @Test
    void closingComputesWhatWaitsAndRefusesTheRest() throws Exception {
        var batcher = batcher(2, 100);
        List<CompletableFuture<Integer>> results =
                IntStream.range(0, 9).mapToObj(i -> one(batcher, i)).toList();
        go.countDown();
        batcher.close();
        assertThat(results).allMatch(CompletableFuture::isDone);
        assertThat(results.getLast().get()).isEqualTo(64);
        assertThat(batcher.offer(List.of(1))).isEmpty();
    }
}
