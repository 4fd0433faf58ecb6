package org.fullrank.serve;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/// Counts what the service does, as text for Prometheus (exposition format 0.0.4).
final class ServiceMetrics {
    /// Upper bounds of the buckets of durations, in seconds.
    private static final double[] BOUNDS = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

    private final Map<String, Long> requests = new TreeMap<>();
    private final long[] buckets = new long[BOUNDS.length + 1];
    private double seconds;
    private final LongAdder items = new LongAdder();
    private final LongAdder batches = new LongAdder();

    /// Counts an answered request.
    ///
    /// @param path of the known ones
    /// @param code of the answer; negative if the request was cut off
    synchronized void answered(String path, int code, long nanos) {
        String name = code < 0 ? "none" : String.valueOf(code);
        requests.merge("path=\"%s\",code=\"%s\"".formatted(path, name), 1L, Long::sum);
        double duration = nanos / 1e9;
        int bucket = 0;
        while (bucket < BOUNDS.length && duration > BOUNDS[bucket]) {
            bucket++;
        }
        buckets[bucket]++;
        seconds += duration;
    }

    /// Counts a batch that was embedded.
    void embedded(int count) {
        items.add(count);
        batches.increment();
    }

    /// All values.
    ///
    /// @param waiting items that wait
    synchronized String text(int waiting) {
        var text = new StringBuilder();
        text.append("# HELP fullrank_requests_total Answered requests.\n# TYPE fullrank_requests_total counter\n");
        requests.forEach((labels, count) -> text.append("fullrank_requests_total{%s} %d\n".formatted(labels, count)));
        text.append("# HELP fullrank_request_seconds Time from the first line of a request to its answer.\n");
        text.append("# TYPE fullrank_request_seconds histogram\n");
        long below = 0;
        for (int i = 0; i < buckets.length; i++) {
            below += buckets[i];
            String bound = i < BOUNDS.length ? String.valueOf(BOUNDS[i]) : "+Inf";
            text.append("fullrank_request_seconds_bucket{le=\"%s\"} %d\n".formatted(bound, below));
        }
        text.append(String.format(Locale.ROOT, "fullrank_request_seconds_sum %.6f\n", seconds));
        text.append("fullrank_request_seconds_count %d\n".formatted(below));
        value(text, "fullrank_items_total", "counter", "Embedded images and rows.", items.sum());
        value(text, "fullrank_batches_total", "counter", "Batches of them.", batches.sum());
        value(text, "fullrank_waiting", "gauge", "Items that wait to be embedded.", waiting);
        return text.toString();
    }

    private static void value(StringBuilder text, String name, String type, String help, long value) {
        text.append("# HELP %s %s\n# TYPE %s %s\n%s %d\n".formatted(name, help, name, type, name, value));
    }
}
