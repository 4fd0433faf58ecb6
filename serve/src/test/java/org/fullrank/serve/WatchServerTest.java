package org.fullrank.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WatchServerTest {
    @TempDir
    Path folder;

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private WatchServer server;

    @BeforeEach
    void start() throws IOException {
        Path runs = Files.createDirectory(folder.resolve("runs"));
        Files.writeString(folder.resolve("secret.txt"), "not for others");
        makeRun(runs, "one", "name: small\noptimizer:\n  learningRate: 0.1\n  betas: [1, 2]\n");
        makeRun(runs, "two of them", "name: small\noptimizer:\n  learningRate: 0.2\n  betas: [1, 3]\n");
        server = WatchServer.start(runs, WatchServer.DEFAULT_HOST, 0);
    }

    @AfterEach
    void stop() {
        client.shutdownNow();
        server.close();
    }

    private static void makeRun(Path runs, String name, String config) throws IOException {
        Path run = Files.createDirectory(runs.resolve(name));
        Files.writeString(run.resolve("config.yaml"), config);
        Files.writeString(
                run.resolve("metrics.jsonl"), "{\"step\":1,\"epoch\":0,\"loss\":2.5,\"embedding.rankme\":7}\n");
    }

    private Path run(String name) {
        return folder.resolve("runs").resolve(name);
    }

    private void append(String file, String text) throws IOException {
        Files.writeString(run("one").resolve(file), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(request(path).build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(server.address() + path));
    }

    /// One request as it is written, so that a header may be one that a client would not send.
    private String raw(String text) throws IOException {
        try (var socket = new Socket("127.0.0.1", server.address().getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
        }
    }

    /// Events as a browser hears them.
    private final class Listener implements AutoCloseable {
        private final HttpResponse<InputStream> response;
        private final BufferedReader reader;
        private String id = "";

        Listener(String path, String... headers) throws Exception {
            HttpRequest.Builder request = request(path);
            if (headers.length > 0) {
                request.headers(headers);
            }
            response = client.send(request.build(), BodyHandlers.ofInputStream());
            reader = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        }

        /// The data of the next event of that name.
        String next(String name) throws IOException {
            String event = "";
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.startsWith("event: ")) {
                    event = line.substring(7);
                } else if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("data: ") && event.equals(name)) {
                    return line.substring(6);
                }
            }
            throw new IOException("the stream ended without an event " + name);
        }

        @Override
        public void close() throws IOException {
            response.body().close();
        }
    }

    @Test
    void theListNamesEachRunWithItsLatestFigures() throws Exception {
        HttpResponse<String> page = get("");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
        assertThat(page.body())
                .contains(
                        "\"name\":\"one\"", "\"name\":\"two of them\"", "\"rankme\":7.0", "\"status\":\"interrupted\"");
    }

    @Test
    void everyAnswerKeepsABrowserFromGuessingAndFromLoading() throws Exception {
        for (String path : List.of("", "runs/one", "nothing")) {
            HttpResponse<String> answer = get(path);
            assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
            assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
                    .contains("default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'")
                    .doesNotContain("unsafe");
            assertThat(answer.headers().firstValue("Access-Control-Allow-Origin"))
                    .isEmpty();
        }
    }

    @Test
    void aRunHasItsPageAndItsPictures() throws Exception {
        Files.write(run("two of them").resolve("views.png"), new byte[] {(byte) 0x89, 1});
        assertThat(get("runs/two%20of%20them").body())
                .contains("\"loss\":2.5", "/runs/two%20of%20them/events?after=", "/runs/two%20of%20them/views.png");
        HttpResponse<byte[]> picture =
                client.send(request("runs/two%20of%20them/views.png").build(), BodyHandlers.ofByteArray());
        assertThat(picture.body()).containsExactly(0x89, 1);
        assertThat(picture.headers().firstValue("Content-Type")).contains("image/png");
        assertThat(get("runs/two%20of%20them/map.png").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/runs/..%2f..%2fsecret.txt",
                "/runs/%2e%2e",
                "/runs/../secret.txt",
                "/../secret.txt",
                "/runs/one/..%2f..%2f..%2fsecret.txt",
                "/runs/one/config.yaml",
                "/runs/one/checkpoints",
                "/runs/one/views.png/../../../secret.txt",
                "/runs/one%00",
                "/runs/%zz",
                "/secret.txt",
                "/runs/absent/events",
                "/several?run=one&run=../one"
            })
    void nothingButKnownFilesOfKnownRunsIsGivenOut(String path) throws Exception {
        assertThat(raw("GET %s HTTP/1.1\nHost: 127.0.0.1\nConnection: close\n\n".formatted(path)))
                .containsAnyOf(" 404 ", " 400 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:7437",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "[::1",
                ""
            })
    void aRequestForAnotherHostIsRefused(String host) throws Exception {
        assertThat(raw("GET / HTTP/1.1\nHost: %s\nConnection: close\n\n".formatted(host)))
                .contains(" 421 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST:99", "127.0.0.1:80", "[::1]:7437"})
    void thisMachineIsAnswered(String host) throws Exception {
        assertThat(raw("GET / HTTP/1.1\nHost: %s\nConnection: close\n\n".formatted(host)))
                .contains(" 200 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS"})
    void onlyGetIsAnswered(String method) throws Exception {
        assertThat(raw("%s / HTTP/1.1\nHost: localhost\nContent-Length: 0\nConnection: close\n\n".formatted(method)))
                .contains(" 405 ");
    }

    @Test
    void whatARunWritesArrives() throws Exception {
        try (var listener = new Listener("runs/one/events?after=0-0-0-0")) {
            assertThat(listener.next("metrics")).contains("\"loss\":2.5");
            assertThat(listener.next("state")).isEqualTo("{\"status\":\"interrupted\",\"message\":\"\"}");
            append("metrics.jsonl", "{\"step\":2,\"lo");
            append("metrics.jsonl", "ss\":1.25}\nnonsense\n");
            assertThat(listener.next("metrics")).isEqualTo("{\"step\":2,\"loss\":1.25}");
            append("spectra.jsonl", "{\"step\":2,\"place\":\"embedding\",\"values\":[1,0.5]}\n");
            assertThat(listener.next("spectra")).contains("[1,0.5]");
            append("alarms.jsonl", "{\"step\":2,\"onset\":1,\"kind\":\"CONSTANT\"}\n");
            assertThat(listener.next("alarms")).contains("CONSTANT");
            append("metrics.jsonl", "{\"step\":2,\"event\":\"finished\",\"message\":\"\"}\n");
            assertThat(listener.next("state")).contains("finished");
        }
    }

    @Test
    void aBrowserThatComesAgainGoesOnWhereItWas() throws Exception {
        String id;
        try (var listener = new Listener("runs/one/events?after=0-0-0-0")) {
            listener.next("metrics");
            id = listener.id;
        }
        append("metrics.jsonl", "{\"step\":5,\"loss\":1}\n");
        try (var listener = new Listener("runs/one/events?after=0-0-0-0", "Last-Event-ID", id)) {
            assertThat(listener.next("metrics")).contains("\"step\":5");
        }
    }

    @Test
    void aRunThatIsResumedIsReadAgain() throws Exception {
        append("metrics.jsonl", "{\"step\":2,\"loss\":1}\n");
        try (var listener = new Listener("runs/one/events?after=0-0-0-0")) {
            listener.next("state");
            Files.writeString(run("one").resolve("metrics.jsonl"), "{\"step\":1,\"loss\":2.5}\n");
            listener.next("reload");
        }
    }

    @Test
    void aPageIsReadAgainWhenADiagnosisComes() throws Exception {
        try (var listener = new Listener("runs/one/events?after=0-0-0-0")) {
            listener.next("state");
            Files.writeString(run("one").resolve("diagnosis.json"), "{\"diagnoses\":[]}");
            listener.next("reload");
        }
    }

    @Test
    void aRunWhoseFolderDisappearsIsGone() throws Exception {
        try (var listener = new Listener("runs/one/events?after=0-0-0-0");
                var list = new Listener("events")) {
            listener.next("state");
            assertThat(list.next("runs")).contains("\"name\":\"one\"");
            Files.delete(run("one").resolve("config.yaml"));
            Files.delete(run("one").resolve("metrics.jsonl"));
            Files.delete(run("one"));
            listener.next("gone");
            assertThat(list.next("runs")).doesNotContain("\"name\":\"one\"").contains("two of them");
        }
        assertThat(get("runs/one").statusCode()).isEqualTo(404);
    }

    @Test
    void aNewRunAppearsInTheList() throws Exception {
        try (var list = new Listener("events")) {
            list.next("runs");
            makeRun(folder.resolve("runs"), "three", "name: small\n");
            assertThat(list.next("runs")).contains("\"name\":\"three\"");
        }
    }

    @Test
    void clientsThatLeaveAreForgotten() throws Exception {
        List<Listener> listeners = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            var listener = new Listener(i % 2 == 0 ? "events" : "runs/one/events?after=0-0-0-0");
            listener.next(i % 2 == 0 ? "runs" : "state");
            listeners.add(listener);
        }
        assertThat(server.streams()).isEqualTo(20);
        for (Listener listener : listeners) {
            listener.close();
        }
        client.shutdownNow();
        while (server.streams() > 0) { // until a heartbeat finds nobody; the test has its limit
            Thread.sleep(50);
        }
    }

    @Test
    void severalRunsTogetherNameWhatDiffersOnly() throws Exception {
        String page = get("several?run=one&run=two%20of%20them").body();
        assertThat(page)
                .contains("[\"optimizer.learningRate\",\"0.1\",\"0.2\"]", "[\"optimizer.betas\",\"[1,2]\",\"[1,3]\"]")
                .contains("[\"loss\",2.5,2.5]")
                .contains("\"runs\":[\"one\",\"two of them\"]", "\"embedding.rankme\":7")
                .doesNotContain("[\"name\",");
        assertThat(get("several?run=one&run=one").statusCode()).isEqualTo(404); // the same run twice is one run
    }

    @Test
    void theRunsOfAComparisonAreListedByTheirPaths() throws Exception {
        Files.createDirectories(folder.resolve("runs/grid/runs"));
        makeRun(folder.resolve("runs/grid/runs"), "a-seed1", "name: small\n");
        try (var listener = new Listener("events")) {
            String rows = listener.next("runs");
            while (!rows.contains("a-seed1")) {
                rows = listener.next("runs");
            }
            assertThat(rows).contains("\"name\":\"grid/runs/a-seed1\"");
        }
        HttpResponse<String> page = get("runs/grid%2Fruns%2Fa-seed1");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("/runs/grid%2Fruns%2Fa-seed1/events?after=");
        assertThat(get("runs/grid").statusCode()).isEqualTo(404);
    }

    @Test
    void theListHasTimesAccuraciesAndTheVerdictOfTheLatestCheck() throws Exception {
        append("metrics.jsonl", """
                {"step":0,"event":"started","steps":100}
                {"step":10,"epoch":0,"loss":2,"time.seconds":5,"time.at":1005}
                {"step":20,"epoch":0,"loss":1,"time.seconds":15,"time.at":1015}
                """);
        append("verdicts.jsonl", """
                {"step":10,"subject":"embedding","verdicts":[{"title":"dimensional collapse","collapse":true}]}
                {"step":20,"subject":"embedding","verdicts":[{"title":"healthy","collapse":false}]}
                """);
        append("evaluation.json", """
                {"protocols":{"probes":{"results":[{"features":"encoder","knn":{"accuracy":0.75}}]}}}
                """);
        try (var listener = new Listener("events")) {
            String rows = listener.next("runs");
            while (!rows.contains("\"knn\":0.75")) {
                rows = listener.next("runs");
            }
            assertThat(rows)
                    .contains("\"verdict\":\"healthy\"", "\"totalSteps\":100", "\"seconds\":15.0")
                    .contains("\"losses\":[2.5,2.0,1.0]")
                    .contains("\"knn\":0.75")
                    .doesNotContain("\"linear\"");
        }
    }

    @Test
    void aFolderThatIsNotThereYetHasAnEmptyList() throws Exception {
        try (WatchServer other = WatchServer.start(folder.resolve("later"), "localhost", 0)) {
            HttpRequest request = HttpRequest.newBuilder(other.address()).build();
            assertThat(client.send(request, BodyHandlers.ofString()).body()).contains("\"runs\":[]");
        }
    }

    @Test
    void oneRunCanBeWatchedByItself() throws Exception {
        try (WatchServer other = WatchServer.start(run("one"), "localhost", 0)) {
            HttpRequest request =
                    HttpRequest.newBuilder(other.address().resolve("/runs/one")).build();
            assertThat(client.send(request, BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void aPortInUseIsNamed() {
        int port = server.address().getPort();
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> WatchServer.start(folder, WatchServer.DEFAULT_HOST, port))
                .withMessageContaining("port " + port)
                .withMessageContaining("--port 0 takes any");
    }
}
