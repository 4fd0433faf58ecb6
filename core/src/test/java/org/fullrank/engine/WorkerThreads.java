package org.fullrank.engine;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/// Workers that are threads of this process. Each has its own connections, as a process would.
public final class WorkerThreads {
    private static final String HERE = "127.0.0.1";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int LONGEST_MINUTES = 120; // with 200 steps of every method

    private WorkerThreads() {}

    /// What each worker returns, by rank. If one of them fails, its connections close, so that the others fail too.
    public static <T> List<T> run(int size, Function<WorkerGroup, T> work) {
        try (var store = GlooWorkers.Store.open(InetAddress.getLoopbackAddress());
                var threads = Executors.newFixedThreadPool(size)) {
            var running = new ArrayList<Future<T>>();
            for (int rank = 0; rank < size; rank++) {
                int own = rank;
                Callable<T> worker = () -> {
                    var connected = GlooWorkers.Store.connect(HERE, store.address(), PATIENCE);
                    try (WorkerGroup group = GlooWorkers.join(connected, HERE, own, size)) {
                        return work.apply(group);
                    }
                };
                running.add(threads.submit(worker));
            }
            return results(running);
        }
    }

    private static <T> List<T> results(List<Future<T>> running) {
        var results = new ArrayList<T>();
        Throwable first = null;
        for (Future<T> worker : running) {
            try {
                results.add(worker.get(LONGEST_MINUTES, TimeUnit.MINUTES));
            } catch (ExecutionException e) {
                Throwable cause = Objects.requireNonNull(e.getCause());
                boolean lost = String.valueOf(cause.getMessage()).contains("lost the connection");
                first = first == null || !lost ? cause : first;
            } catch (InterruptedException | TimeoutException e) {
                throw new IllegalStateException(e);
            }
        }
        switch (first) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(first);
        }
        return results;
    }
}
