package org.fullrank.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;

/// Measures a service that was started with `fullrank serve`. Clients send the same image again and again. The
/// benchmark prints answers per second, the median and the 99th percentile of the time to an answer, the number of
/// answers with each code, and the requests without an answer. It runs on the same machine, so it takes a part of the
/// processor.
///
/// ```
/// bench/run ServiceBench http://127.0.0.1:7438/ IMAGE [CLIENTS] [SECONDS]
/// ```
public final class ServiceBench {
    private static final int CLIENTS = 16;
    private static final int SECONDS = 60;
    private static final int NO_ANSWER = 0;

    private final HttpRequest request;
    private final long end;
    private final List<Long> nanos = new ArrayList<>();
    private final Map<Integer, Long> codes = new TreeMap<>();

    private ServiceBench(HttpRequest request, int seconds) {
        this.request = request;
        end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    }

    public static void main(String[] arguments) throws IOException {
        byte[] image = Files.readAllBytes(Path.of(arguments[1]));
        int clients = arguments.length > 2 ? Integer.parseInt(arguments[2]) : CLIENTS;
        int seconds = arguments.length > 3 ? Integer.parseInt(arguments[3]) : SECONDS;
        HttpRequest request = HttpRequest.newBuilder(URI.create(arguments[0]).resolve("/embed"))
                .header("Content-Type", "application/octet-stream")
                .timeout(Duration.ofSeconds(60))
                .POST(BodyPublishers.ofByteArray(image))
                .build();
        new ServiceBench(request, seconds).run(clients, seconds);
    }

    private void run(int clients, int seconds) {
        try (var client = HttpClient.newHttpClient();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < clients; i++) {
                threads.execute(() -> ask(client));
            }
        }
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        System.out.printf(
                Locale.ROOT,
                "%d clients, %d s: %.0f answers/s, median %.1f ms, p99 %.1f ms, codes %s (0: no answer)%n",
                clients,
                seconds,
                (double) sorted.length / seconds,
                millis(sorted, 0.5),
                millis(sorted, 0.99),
                codes);
    }

    private static double millis(long[] sorted, double share) {
        return sorted.length == 0 ? Double.NaN : sorted[(int) (share * (sorted.length - 1))] / 1e6;
    }

    private void ask(HttpClient client) {
        while (System.nanoTime() < end) {
            long start = System.nanoTime();
            int code;
            try {
                code = client.send(request, BodyHandlers.discarding()).statusCode();
            } catch (IOException e) {
                code = NO_ANSWER;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            note(code, System.nanoTime() - start);
        }
    }

    private synchronized void note(int code, long duration) {
        codes.merge(code, 1L, Long::sum);
        if (code == 200) {
            nanos.add(duration);
        }
    }
}
