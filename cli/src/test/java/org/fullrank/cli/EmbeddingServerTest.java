package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.search.Hit;
import org.fullrank.search.RowFilter;
import org.fullrank.search.VectorIndex;
import org.fullrank.serve.EmbeddingServer;
import org.fullrank.serve.ServiceSettings;
import org.fullrank.trained.TrainedEncoder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The embedding service, with an encoder of images and one of rows.
@Timeout(120)
class EmbeddingServerTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int BODY = 200_000;

    @TempDir
    static Path folder;

    private static TrainedEncoder images;
    private static TrainedEncoder rows;
    private static VectorIndex index;
    private static EmbeddingServer imageServer;
    private static EmbeddingServer rowServer;

    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeAll
    static void start() throws IOException {
        images = trained(
                "images",
                "small-vicreg",
                "shapes",
                "views.size=16",
                "data.samples=64",
                "encoder={type: convnet, channels: [4, 8]}");
        var table = new StringBuilder("a,b,c\n");
        var random = Keyed.of(1);
        for (int i = 0; i < 64; i++) {
            table.append("%s,%s,%s%n".formatted(random.nextGaussian(), 40 + 7 * random.nextGaussian(), i % 5 + 0.5));
        }
        Path csv = Files.writeString(folder.resolve("table.csv"), table);
        rows = trained("rows", "table-vicreg", csv.toString(), "encoder.widths=[8, 6]");
        Path folder = EmbeddingServerTest.folder.resolve("index");
        CommandLineRun indexed = CommandLineRun.of(
                "index", EmbeddingServerTest.folder.resolve("images").toString(), "--out", folder.toString());
        assertThat(indexed.code()).as(indexed.err()).isZero();
        index = VectorIndex.open(folder);
        imageServer = EmbeddingServer.start(images, index, "images", settings());
        rowServer = EmbeddingServer.start(rows, null, "rows", settings());
    }

    private static ServiceSettings settings() {
        return new ServiceSettings("127.0.0.1", 0, null, 8, Duration.ofMillis(2), 300, BODY);
    }

    private static TrainedEncoder trained(String name, String recipe, String data, String... set) {
        Path run = folder.resolve(name);
        Stream<String> settings = Stream.concat(
                Arrays.stream(set),
                Stream.of(
                        "method.projector.widths=[8, 8]",
                        "train={epochs: 1, batch: 16, precision: fp32, threads: 1}",
                        "data.cache=" + folder.resolve("cache")));
        CommandLineRun done = CommandLineRun.of(Stream.concat(
                        Stream.of(
                                "pretrain",
                                "--recipe",
                                recipe,
                                "--data",
                                data,
                                "--out",
                                run.toString(),
                                "--no-preflight"),
                        settings.flatMap(text -> Stream.of("--set", text)))
                .toArray(String[]::new));
        assertThat(done.code()).as(done.err()).isZero();
        return TrainedEncoder.open(run);
    }

    @AfterAll
    static void stop() {
        imageServer.close();
        rowServer.close();
        index.close();
        images.close();
        rows.close();
    }

    private static BufferedImage noise(int height, int width) {
        var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        var random = Keyed.of(height, width);
        for (int i = 0; i < height * width; i++) {
            image.setRGB(i % width, i / width, random.nextInt(1 << 24));
        }
        return image;
    }

    private static byte[] png(BufferedImage image) throws IOException {
        Path file = folder.resolve("image-%d-%d.png".formatted(image.getHeight(), image.getWidth()));
        ImageIO.write(image, "png", file.toFile());
        return Files.readAllBytes(file);
    }

    private static HttpRequest.Builder post(EmbeddingServer server, String type, byte[] body) {
        return post(server, "/embed", type, body);
    }

    private static HttpRequest.Builder post(EmbeddingServer server, String path, String type, byte[] body) {
        return HttpRequest.newBuilder(server.address().resolve(path))
                .header("Content-Type", type)
                .POST(BodyPublishers.ofByteArray(body));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private static float[] embedding(HttpResponse<String> answer, int row) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode list = MAPPER.readTree(answer.body()).path("embeddings").path(row);
        float[] values = new float[list.size()];
        for (int d = 0; d < values.length; d++) {
            values[d] = list.get(d).floatValue();
        }
        return values;
    }

    @Test
    void anImageGetsItsEmbedding() throws Exception {
        BufferedImage image = noise(30, 50);
        float[] expected = images.embed(image);
        assertThat(embedding(send(post(imageServer, "image/png", png(image))), 0))
                .containsExactly(expected, within(1e-5f));
        HttpResponse<byte[]> bytes = client.send(
                post(imageServer, "application/octet-stream", png(image))
                        .header("Accept", "application/octet-stream")
                        .build(),
                BodyHandlers.ofByteArray());
        assertThat(bytes.headers().firstValue("X-Width")).hasValue("8");
        float[] values = new float[8];
        ByteBuffer.wrap(bytes.body())
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(values);
        assertThat(values).containsExactly(expected, within(1e-5f));
    }

    @Test
    void aFormOfImagesGetsTheirEmbeddingsInOrder() throws Exception {
        var body = new java.io.ByteArrayOutputStream();
        List<BufferedImage> pictures = List.of(noise(20, 30), noise(40, 16), noise(16, 16));
        for (BufferedImage picture : pictures) {
            body.writeBytes("--frontier\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
            body.writeBytes(png(picture));
            body.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        byte[] open = body.toByteArray();
        body.writeBytes("--frontier--\r\n".getBytes(StandardCharsets.US_ASCII));
        String type = "multipart/form-data; boundary=frontier";
        HttpResponse<String> answer = send(post(imageServer, type, body.toByteArray()));
        for (int i = 0; i < pictures.size(); i++) {
            assertThat(embedding(answer, i)).containsExactly(images.embed(pictures.get(i)), within(1e-5f));
        }
        assertRefused(send(post(imageServer, type, open)), 400, "it has no end");
        assertRefused(send(post(imageServer, "multipart/form-data", open)), 400, "names no boundary");
        byte[] picture = png(pictures.getFirst());
        assertThat(new String(picture, StandardCharsets.ISO_8859_1)).contains("IHDR"); // part of a boundary below
        var short_ = new java.io.ByteArrayOutputStream();
        short_.writeBytes("preamble\r\n--I\r\nA: b\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        short_.writeBytes(picture);
        short_.writeBytes("\r\n--I--".getBytes(StandardCharsets.US_ASCII));
        assertThat(embedding(send(post(imageServer, "multipart/form-data; boundary=\"I\"", short_.toByteArray())), 0))
                .containsExactly(images.embed(pictures.getFirst()), within(1e-5f));
        assertRefused(
                send(post(imageServer, type, "--frontier--".getBytes(StandardCharsets.US_ASCII))),
                400,
                "found 0 images");
    }

    @Test
    void rowsGetTheirEmbeddings() throws Exception {
        HttpResponse<String> answer = send(post(
                rowServer,
                "application/json",
                "{\"rows\": [[0.5, 41, 2], [1, 2e1, -3]]}".getBytes(StandardCharsets.UTF_8)));
        assertThat(embedding(answer, 0)).containsExactly(rows.embed(new float[] {0.5f, 41, 2}), within(1e-5f));
        assertThat(embedding(answer, 1)).containsExactly(rows.embed(new float[] {1, 20, -3}), within(1e-5f));
    }

    @Test
    void anImageFindsItsNearestRows() throws Exception {
        byte[] image = png(noise(30, 50));
        HttpResponse<String> answer = send(post(imageServer, "/search?k=3", "image/png", image));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode found = MAPPER.readTree(answer.body()).path("results").path(0);
        List<Hit> expected = index.searchExactly(images.embed(noise(30, 50)), 3, RowFilter.all());
        assertThat(found).hasSize(3);
        for (int i = 0; i < 3; i++) {
            assertThat(found.path(i).path("row").asInt())
                    .isEqualTo(expected.get(i).row());
            assertThat(found.path(i).path("name").asText())
                    .isEqualTo(expected.get(i).name());
            assertThat((float) found.path(i).path("similarity").asDouble())
                    .isCloseTo(expected.get(i).similarity(), within(1e-4f));
        }
        String label = index.classes().firstEntry().getKey();
        String some = "/search?k=5&class=" + URLEncoder.encode(label, StandardCharsets.UTF_8);
        MAPPER.readTree(send(post(imageServer, some, "image/png", image)).body())
                .path("results")
                .path(0)
                .forEach(hit -> assertThat(hit.path("class").asText()).isEqualTo(label));
        assertRefused(
                send(post(imageServer, "/search?k=0", "image/png", image)),
                400,
                "k: expected a whole number from 1 to 1000");
        assertRefused(send(post(imageServer, "/search?n=3", "image/png", image)), 400, "an unknown parameter");
        assertRefused(
                send(post(imageServer, "/search?class=nobody", "image/png", image)),
                400,
                "class: the index has no such class");
        assertRefused(send(post(rowServer, "/search", "application/json", image)), 404, "--index");
    }

    @Test
    void anIndexOfAnotherWidthIsRefused() {
        assertThatThrownBy(() -> EmbeddingServer.start(rows, index, "rows", settings()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("--index: found vectors of width 8, expected 6");
    }

    /// More requests at once than fit into a batch, of unlike sizes.
    @Test
    void requestsAtTheSameTimeAreNotMixedUp() throws Exception {
        List<BufferedImage> pictures = Stream.iterate(1, i -> i <= 40, i -> i + 1)
                .map(i -> noise(10 + i, 60 - i))
                .toList();
        var answers = new ArrayList<CompletableFuture<HttpResponse<String>>>();
        for (BufferedImage picture : pictures) {
            answers.add(client.sendAsync(
                    post(imageServer, "image/png", png(picture)).build(), BodyHandlers.ofString()));
        }
        for (int i = 0; i < pictures.size(); i++) {
            assertThat(embedding(answers.get(i).get(), 0))
                    .containsExactly(images.embed(pictures.get(i)), within(1e-5f));
        }
        HttpResponse<String> metrics =
                send(HttpRequest.newBuilder(imageServer.address().resolve("/metrics")));
        assertThat(metrics.body()).containsPattern("fullrank_requests_total\\{path=\"/embed\",code=\"200\"} \\d+");
    }

    private static void assertRefused(HttpResponse<String> answer, int code, String says) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(code);
        assertThat(MAPPER.readTree(answer.body()).path("error").asText())
                .contains(says)
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | 400 | the body is not JSON",
                "{ | 400 | the body is not JSON",
                "{\"other\": [[1]], \"rows\": 3} | 400 | found no list",
                "{\"rows\": [[1, 2, 3, 4]]} | 400 | row 1: found more than 3 entries",
                "[] | 400 | found no list",
                "null | 400 | found no list",
                "{\"rows\": []} | 400 | found 0 rows",
                "{\"rows\": [[1, 2]]} | 400 | row 1: found 2 entries, expected a list of 3 numbers",
                "{\"rows\": [[1, 2, 3], 4]} | 400 | row 2: found no list",
                "{\"rows\": [[1, 2, \"3\"]]} | 400 | row 1, entry 3: found no finite number",
                "{\"rows\": [[1, 2, 1e99]]} | 400 | found no finite number",
                "{\"rows\": [[1, 2, null]]} | 400 | found no finite number",
            })
    void wrongRowsAreNamed(String body, int code, String says) throws Exception {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0) {
            says = "found no list";
        }
        assertRefused(send(post(rowServer, "application/json", bytes)), code, says);
    }

    @Test
    void whatIsNoImageIsRefused() throws Exception {
        byte[] whole = png(noise(30, 50));
        byte[] cut = Arrays.copyOf(whole, whole.length / 2);
        assertRefused(send(post(imageServer, "image/png", cut)), 400, "cannot be read");
        assertRefused(send(post(imageServer, "image/png", new byte[0])), 400, "the file is empty");
        assertRefused(send(post(imageServer, "text/plain", whole)), 415, "expected an image");
        assertRefused(send(post(imageServer, "application/json", whole)), 415, "found JSON");
        assertRefused(send(post(rowServer, "image/png", whole)), 415, "rows of 3 numbers");
        assertRefused(send(post(imageServer, "image/png", new byte[BODY + 1])), 413, "--max-body");
    }

    @Test
    void otherAddressesHostsAndPagesAreRefused() throws Exception {
        URI address = imageServer.address();
        assertRefused(send(HttpRequest.newBuilder(address.resolve("/etc/passwd"))), 404, "/openapi.json");
        assertRefused(send(HttpRequest.newBuilder(address.resolve("/embed"))), 405, "expected POST");
        assertRefused(
                send(HttpRequest.newBuilder(address.resolve("/health")).header("Origin", "http://example.com")),
                403,
                "another server");
        assertThat(raw("GET /health HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n"))
                .contains(" 421 ");
        assertThat(raw("GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .contains(" 404 ");
    }

    /// One request as it is written, so that a header may be one that a client would not send.
    private static String raw(String request) throws IOException {
        try (var socket = new Socket("127.0.0.1", imageServer.address().getPort())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void pagesAndDescriptionAreServed() throws Exception {
        for (String path : List.of("/", "/service.js", "/service.css", "/health", "/openapi.json")) {
            HttpResponse<String> answer =
                    send(HttpRequest.newBuilder(imageServer.address().resolve(path)));
            assertThat(answer.statusCode()).as(path).isEqualTo(200);
        }
        JsonNode health =
                MAPPER.readTree(send(HttpRequest.newBuilder(rowServer.address().resolve("/health")))
                        .body());
        assertThat(health.path("rowWidth").asInt()).isEqualTo(3);
        assertThat(health.path("width").asInt()).isEqualTo(6);
    }

    @Test
    void anAddressThatOthersReachNeedsAToken() throws Exception {
        ServiceSettings open = ServiceSettings.on("0.0.0.0", 0);
        assertThatThrownBy(() -> EmbeddingServer.start(rows, null, "rows", open))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("add --token WORD");
        byte[] body = "{\"rows\": [[1, 2, 3]]}".getBytes(StandardCharsets.UTF_8);
        try (var server = EmbeddingServer.start(rows, null, "rows", settings().withToken("secret"))) {
            assertRefused(send(post(server, "application/json", body)), 401, "Bearer TOKEN");
            assertRefused(
                    send(post(server, "application/json", body).header("Authorization", "Bearer secre")),
                    401,
                    "Bearer");
            assertThat(embedding(
                            send(post(server, "application/json", body).header("Authorization", "Bearer secret")), 0))
                    .hasSize(6);
        }
    }

    @ParameterizedTest
    @CsvSource({"--port,70000", "--batch,0", "--queue,0", "--wait,-1", "--max-body,0", "--host,no.such.host.invalid"})
    void wrongSettingsAreNamed(String option, String value) {
        CommandLineRun refused =
                CommandLineRun.of("serve", folder.resolve("rows").toString(), option, value);
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains(option).contains("expected");
    }
}
