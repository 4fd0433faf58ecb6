package org.fullrank.serve;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.fullrank.engine.FullrankException;
import org.fullrank.search.VectorIndex;
import org.jspecify.annotations.Nullable;

/// Answers requests to the embedding service by their address.
final class ServiceRoutes implements HttpHandler, AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String JSON = "application/json";
    private static final String BYTES = "application/octet-stream";

    /// Addresses that the metrics name; all others are one.
    private static final Set<String> NAMED = Set.of("/embed", "/search", "/health", "/metrics", "/openapi.json", "/");

    private static final String OTHER = "other";

    private final EmbeddingService service;
    private final @Nullable VectorIndex index;
    private final ServiceMetrics metrics;
    private final ServiceSettings settings;
    private final String name;
    private final RequestBody bodies;
    private final HostCheck hosts;
    private volatile boolean closing;

    /// @param index of the embeddings of the same encoder; null for a service without search
    ServiceRoutes(
            EmbeddingService service,
            @Nullable VectorIndex index,
            ServiceMetrics metrics,
            ServiceSettings settings,
            String name) {
        this.service = service;
        this.index = index;
        this.metrics = metrics;
        this.settings = settings;
        this.name = name;
        bodies = new RequestBody(settings.maxBody());
        hosts = new HostCheck(settings.host());
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        long start = System.nanoTime();
        String path = Objects.requireNonNullElse(exchange.getRequestURI().getPath(), "");
        try (exchange) {
            headers(exchange.getResponseHeaders());
            try {
                requireAllowed(exchange, path);
                route(exchange, path);
            } catch (RequestError e) {
                error(exchange, e.code(), e.line());
            } catch (FullrankException e) {
                error(exchange, 500, String.valueOf(e.getMessage()));
            } catch (RuntimeException | OutOfMemoryError e) {
                error(exchange, 500, "the service failed: " + e.getClass().getSimpleName());
            }
        } finally {
            String named = NAMED.contains(path) ? path : OTHER;
            metrics.answered(named, exchange.getResponseCode(), System.nanoTime() - start);
        }
    }

    private static void headers(Headers headers) {
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set(
                "Content-Security-Policy", "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        headers.set("Cache-Control", "no-store");
    }

    private void requireAllowed(HttpExchange exchange, String path) throws RequestError {
        Headers headers = exchange.getRequestHeaders();
        String host = headers.getFirst("Host");
        if (settings.token() == null && !hosts.known(host)) {
            throw new RequestError(421, "this service answers to localhost and to addresses only, and to --host NAME");
        }
        String origin = headers.getFirst("Origin");
        if (origin != null && !origin.equals("http://" + host) && !origin.equals("https://" + host)) {
            throw new RequestError(403, "the page of another server asks; open the page of this one");
        }
        if (closing) {
            throw new RequestError(503, "the service ends");
        }
        boolean open = !path.equals("/embed") && !path.equals("/search");
        if (settings.token() != null && !open && !authorized(headers.getFirst("Authorization"))) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
            throw new RequestError(401, "found no token or a wrong one, expected Authorization: Bearer TOKEN");
        }
    }

    private boolean authorized(@Nullable String header) {
        byte[] expected = ("Bearer " + settings.token()).getBytes(StandardCharsets.UTF_8);
        return header != null && MessageDigest.isEqual(expected, header.getBytes(StandardCharsets.UTF_8));
    }

    private void route(HttpExchange exchange, String path) throws IOException, RequestError {
        switch (path) {
            case "/embed" -> {
                requireMethod(exchange, "POST");
                bodies.read(exchange, body -> answer(exchange, service.embed(exchange, body)));
            }
            case "/search" -> {
                requireMethod(exchange, "POST");
                VectorIndex searched = index;
                if (searched == null) {
                    throw new RequestError(404, "found no index, expected one; start the service with --index");
                }
                var search = new NeighborSearch(searched, exchange.getRequestURI());
                bodies.read(
                        exchange,
                        body -> Answer.bytes(
                                exchange,
                                200,
                                JSON,
                                MAPPER.writeValueAsBytes(search.answer(service.embed(exchange, body)))));
            }
            case "/health" -> {
                requireMethod(exchange, "GET");
                Answer.bytes(exchange, 200, JSON, MAPPER.writeValueAsBytes(health()));
            }
            case "/metrics" -> {
                requireMethod(exchange, "GET");
                Answer.bytes(
                        exchange,
                        200,
                        "text/plain; version=0.0.4; charset=utf-8",
                        metrics.text(service.waiting()).getBytes(StandardCharsets.UTF_8));
            }
            case "/openapi.json" -> file(exchange, "openapi.json", JSON);
            case "/" -> file(exchange, "service.html", "text/html; charset=utf-8");
            case "/service.js" -> file(exchange, "service.js", "text/javascript; charset=utf-8");
            case "/service.css" -> file(exchange, "service.css", "text/css; charset=utf-8");
            default -> throw new RequestError(404, "there is no such address; /openapi.json lists them");
        }
    }

    private static void requireMethod(HttpExchange exchange, String method) throws RequestError {
        if (!exchange.getRequestMethod().equals(method)) {
            exchange.getResponseHeaders().set("Allow", method);
            throw new RequestError(405, "found another method, expected " + method);
        }
    }

    private ObjectNode health() {
        ObjectNode health = MAPPER.createObjectNode()
                .put("status", "ok")
                .put("run", name)
                .put("reads", service.readsImages() ? "images" : "rows")
                .put("width", service.width());
        if (index != null) {
            health.put("indexed", index.rows());
        }
        return service.readsImages() ? health : health.put("rowWidth", service.rowWidth());
    }

    private static void file(HttpExchange exchange, String name, String type) throws IOException, RequestError {
        requireMethod(exchange, "GET");
        try (InputStream in = ServiceRoutes.class.getResourceAsStream(name)) {
            Answer.bytes(exchange, 200, type, Objects.requireNonNull(in, name).readAllBytes());
        }
    }

    private void answer(HttpExchange exchange, List<float[]> embeddings) throws IOException {
        String accept = exchange.getRequestHeaders().getFirst("Accept");
        if (accept != null && accept.contains(BYTES)) {
            ByteBuffer values = ByteBuffer.allocate(embeddings.size() * service.width() * Float.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN);
            embeddings.forEach(row -> {
                for (float value : row) {
                    values.putFloat(value);
                }
            });
            exchange.getResponseHeaders().set("X-Rows", String.valueOf(embeddings.size()));
            exchange.getResponseHeaders().set("X-Width", String.valueOf(service.width()));
            Answer.bytes(exchange, 200, BYTES, values.array());
            return;
        }
        ObjectNode answer = MAPPER.createObjectNode();
        ArrayNode rows = answer.putArray("embeddings");
        for (float[] row : embeddings) {
            ArrayNode list = rows.addArray();
            for (float value : row) {
                list.add(value);
            }
        }
        Answer.bytes(exchange, 200, JSON, MAPPER.writeValueAsBytes(answer));
    }

    private static void error(HttpExchange exchange, int code, String message) throws IOException {
        if (exchange.getResponseCode() >= 0) {
            return; // the answer has begun
        }
        if (code == 503) {
            exchange.getResponseHeaders().set("Retry-After", "1");
        }
        byte[] body = MAPPER.writeValueAsBytes(MAPPER.createObjectNode().put("error", message));
        Answer.bytes(exchange, code, JSON, body);
    }

    /// Refuses new requests.
    @Override
    public void close() {
        closing = true;
    }
}
