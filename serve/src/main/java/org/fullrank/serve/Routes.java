package org.fullrank.serve;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.fullrank.engine.FullrankException;
import org.fullrank.engine.InputException;
import org.fullrank.page.Html;
import org.fullrank.page.RunPage;
import org.fullrank.run.RunFolder;
import org.jspecify.annotations.Nullable;

/// Answers requests by their address. The address `/` is the list of runs, `/runs/NAME` is one run, and
/// `/several?run=NAME&run=NAME` compares runs. The address `events` below one of the first two
/// addresses is its event stream. Names are looked up among the existing runs. No path is built from a
/// request.
final class Routes implements HttpHandler, AutoCloseable {
    /// Largest number of event streams at the same time. Each open tab has one. A person opens far fewer
    /// tabs.
    static final int MOST_STREAMS = 200;

    private static final Set<String> PICTURES = Set.of("map.png", "views.png");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final RunList runs;
    private final Semaphore free = new Semaphore(MOST_STREAMS);
    private volatile boolean closed;

    Routes(RunList runs) {
        this.runs = runs;
    }

    /// Sends events to a browser until the browser or the server ends the stream.
    private interface EventSource {
        void send(EventStream stream) throws IOException, InterruptedException;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            route(exchange);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the server ends
        }
    }

    private void route(HttpExchange exchange) throws IOException, InterruptedException {
        List<String> path = segments(exchange.getRequestURI().getRawPath());
        try {
            switch (path.size()) {
                case 0 -> Answer.html(exchange, list());
                case 1 -> {
                    switch (path.getFirst()) {
                        case "events" -> stream(exchange, stream -> RunListEvents.send(runs, stream));
                        case "several" -> Answer.html(exchange, several(exchange));
                        default -> absent(exchange, "page");
                    }
                }
                default -> {
                    Path run = path.getFirst().equals("runs") && path.size() < 4 ? runs.find(path.get(1)) : null;
                    if (run == null) {
                        absent(exchange, "run");
                    } else {
                        run(exchange, run, path.size() == 2 ? "" : path.get(2));
                    }
                }
            }
        } catch (InputException e) {
            Answer.text(exchange, 404, String.valueOf(e.getMessage()));
        } catch (FullrankException e) {
            Answer.text(exchange, 500, String.valueOf(e.getMessage()));
        }
    }

    private void run(HttpExchange exchange, Path run, String part) throws IOException, InterruptedException {
        if (part.isEmpty()) {
            Answer.html(exchange, RunPage.html(run, new RunPage.Live(address(run))));
        } else if (part.equals("events")) {
            var events = new RunEvents(
                    run, query(exchange), exchange.getRequestHeaders().getFirst("Last-Event-ID"));
            stream(exchange, events::send);
        } else if (PICTURES.contains(part)) {
            picture(exchange, run.resolve(part));
        } else {
            absent(exchange, "page");
        }
    }

    private static void picture(HttpExchange exchange, Path file) throws IOException {
        byte[] picture;
        try {
            picture = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            absent(exchange, "picture");
            return;
        }
        Answer.png(exchange, picture);
    }

    private void stream(HttpExchange exchange, EventSource events) throws IOException, InterruptedException {
        if (!free.tryAcquire()) {
            Answer.text(exchange, 503, "too many open pages; close some");
            return;
        }
        try (var stream = EventStream.open(exchange, () -> closed)) {
            events.send(stream);
        } finally {
            free.release();
        }
    }

    private String list() {
        ObjectNode data = MAPPER.createObjectNode()
                .put("kind", "runs")
                .put("folder", runs.folder().toString())
                .put("live", "/events")
                .put("tensorBoard", RunFolder.tensorBoard(runs.folder()));
        data.set("runs", runs.rows());
        return Html.live("Fullrank: runs", data);
    }

    private String several(HttpExchange exchange) {
        List<Path> chosen = pairs(exchange)
                .filter(pair -> pair.getKey().equals("run"))
                .map(pair -> named(pair.getValue()))
                .distinct()
                .toList();
        InputException.unless(
                chosen.size() >= 2 && chosen.size() <= SeveralRuns.MOST,
                "run: found %d, expected 2 to %d; mark them in the list of runs",
                chosen.size(),
                SeveralRuns.MOST);
        return Html.live("Fullrank: several runs", new SeveralRuns(runs, chosen).data());
    }

    private Path named(String name) {
        Path run = runs.find(name);
        if (run == null) {
            throw new InputException("run: found no run of that name, expected a run of the list at /");
        }
        return run;
    }

    private static void absent(HttpExchange exchange, String what) throws IOException {
        Answer.text(exchange, 404, "there is no such " + what + "; the list of runs is at /");
    }

    private String address(Path run) {
        String name = URLEncoder.encode(runs.name(run), StandardCharsets.UTF_8).replace("+", "%20");
        return "/runs/" + name;
    }

    /// The parts between slashes, each decoded separately.
    private static List<String> segments(String path) {
        return Arrays.stream(path.split("/"))
                .filter(part -> !part.isEmpty())
                .map(Routes::decoded)
                .toList();
    }

    private static Map<String, String> query(HttpExchange exchange) {
        return pairs(exchange).collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (_, last) -> last));
    }

    /// The keys and values of the query, in their order.
    private static Stream<Map.Entry<String, String>> pairs(HttpExchange exchange) {
        @Nullable String raw = exchange.getRequestURI().getRawQuery();
        return Arrays.stream(raw == null ? new String[0] : raw.split("&"))
                .filter(pair -> pair.indexOf('=') > 0)
                .map(pair -> {
                    int equals = pair.indexOf('=');
                    return Map.entry(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
                });
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return ""; // a broken escape names nothing
        }
    }

    int streams() {
        return MOST_STREAMS - free.availablePermits();
    }

    @Override
    public void close() {
        closed = true;
    }
}
