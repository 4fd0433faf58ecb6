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

    @Test
    void whatWaitsIsComputedTogetherAndInOrder() throws Exception {
        try (var batcher = batcher(4, 100)) {
            List<CompletableFuture<Integer>> results = IntStream.range(0, 10)
                    .mapToObj(i -> batcher.offer(i).orElseThrow())
                    .toList();
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
            CompletableFuture<Integer> first = batcher.offer(2).orElseThrow();
            CompletableFuture<Integer> bad = batcher.offer(-1).orElseThrow();
            CompletableFuture<Integer> last = batcher.offer(3).orElseThrow();
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
                    .mapToObj(batcher::offer)
                    .filter(Optional::isPresent)
                    .count();
            assertThat(accepted).isBetween(3L, 4L); // one may already be computed
            assertThat(batcher.waiting()).isEqualTo(3);
            go.countDown();
        }
    }

    @Test
    void closingComputesWhatWaitsAndRefusesTheRest() throws Exception {
        var batcher = batcher(2, 100);
        List<CompletableFuture<Integer>> results =
                IntStream.range(0, 9).mapToObj(i -> batcher.offer(i).orElseThrow()).toList();
        go.countDown();
        batcher.close();
        assertThat(results).allMatch(CompletableFuture::isDone);
        assertThat(results.getLast().get()).isEqualTo(64);
        assertThat(batcher.offer(1)).isEmpty();
    }
}
