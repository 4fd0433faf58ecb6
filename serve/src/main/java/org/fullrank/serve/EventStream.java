package org.fullrank.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.fullrank.file.JsonLines;
import org.jspecify.annotations.Nullable;

/// Server-sent events to one browser. Only a failed write shows that the browser has disconnected. So a
/// stream without events sends a comment from time to time.
final class EventStream implements AutoCloseable {
    /// Time between two checks of the files. A change is detected within half a second, and a check needs
    /// only a few system calls.
    static final Duration PAUSE = Duration.ofMillis(500);
    /// Time after which a quiet stream sends a comment.
    static final Duration HEARTBEAT = Duration.ofSeconds(5);

    private final OutputStream out;
    private final BooleanSupplier closed;
    private long lastWrite = System.nanoTime();

    private EventStream(OutputStream out, BooleanSupplier closed) {
        this.out = out;
        this.closed = closed;
    }

    static EventStream open(HttpExchange exchange, BooleanSupplier closed) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
        exchange.sendResponseHeaders(200, 0);
        var stream = new EventStream(exchange.getResponseBody(), closed);
        stream.write("retry: 2000\n\n");
        return stream;
    }

    /// @param id the id that the browser sends when it reconnects; null for none
    /// @throws IOException when the browser is gone
    void send(String event, @Nullable String id, JsonNode data) throws IOException {
        String known = id == null ? "" : "id: " + id + "\n";
        write("event: %s\n%sdata: %s\n\n".formatted(event, known, JsonLines.line(data)));
    }

    /// Waits until it is time to check the files again.
    ///
    /// @return false when the server stops
    /// @throws IOException when the browser is gone
    boolean pause() throws IOException, InterruptedException {
        Thread.sleep(PAUSE);
        if (System.nanoTime() - lastWrite > HEARTBEAT.toNanos()) {
            write(":\n\n");
        }
        return !closed.getAsBoolean();
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
        lastWrite = System.nanoTime();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
