package org.fullrank.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import org.fullrank.data.Images;
import org.fullrank.data.Items;
import org.fullrank.data.Vectors;
import org.fullrank.engine.InputException;
import org.fullrank.probe.Features;
import org.fullrank.trained.TrainedEncoder;

/// Embeds what requests send. Images are decoded by the threads of the requests, and embedded in batches by one
/// thread.
final class EmbeddingService implements AutoCloseable {
    /// Most images or rows of one request.
    static final int MOST_ITEMS = 256;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final TrainedEncoder encoder;
    private final ServiceMetrics metrics;
    private final Batcher<Items, Features> batcher;
    private final Semaphore decoding = new Semaphore(Runtime.getRuntime().availableProcessors());
    private final int width; // of an embedding
    private final int rowWidth; // 0 for an encoder of images

    /// @throws InputException when the encoder reads neither images nor rows of numbers
    EmbeddingService(TrainedEncoder encoder, ServiceSettings settings, ServiceMetrics metrics) {
        this.encoder = encoder;
        this.metrics = metrics;
        rowWidth = encoder.readsImages() ? 0 : encoder.rowWidth();
        // The first embedding builds the network, and shows the width.
        var gray = new BufferedImage(2, 2, BufferedImage.TYPE_BYTE_GRAY);
        width = (rowWidth > 0 ? encoder.embed(new float[rowWidth]) : encoder.embed(gray)).length;
        batcher = new Batcher<>(this::compute, settings.batch(), settings.maxWait(), settings.queue());
    }

    boolean readsImages() {
        return rowWidth == 0;
    }

    /// Numbers in a row; 0 for an encoder of images.
    int rowWidth() {
        return rowWidth;
    }

    /// Columns D of an embedding.
    int width() {
        return width;
    }

    int waiting() {
        return batcher.waiting();
    }

    /// The embeddings of what a request holds, `[N][D]`.
    ///
    /// @throws RequestError when it holds nothing that the encoder reads, or when too much waits
    List<float[]> embed(HttpExchange exchange, byte[] body) throws IOException, RequestError {
        String type = RequestBody.type(exchange);
        List<Items> items = new ArrayList<>();
        if (type.equals("application/json")) {
            items.add(rows(body));
        } else if (type.equals("multipart/form-data")) {
            List<byte[]> parts = RequestBody.parts(exchange, body);
            requireFew(parts.size(), "parts");
            for (int i = 0; i < parts.size(); i++) {
                items.add(image("part %d".formatted(i + 1), parts.get(i)));
            }
        } else if (type.startsWith("image/") || type.equals("application/octet-stream")) {
            items.add(image("body", body));
        } else {
            throw new RequestError(
                    415,
                    "Content-Type: found %s, expected an image, multipart/form-data or application/json"
                            .formatted(type.isEmpty() ? "none" : "another type"));
        }
        return computed(items);
    }

    private static void requireFew(int count, String what) throws RequestError {
        if (count < 1 || count > MOST_ITEMS) {
            throw new RequestError(
                    count < 1 ? 400 : 413, "found %d %s, expected 1 to %d".formatted(count, what, MOST_ITEMS));
        }
    }

    private Images image(String subject, byte[] encoded) throws RequestError {
        if (!readsImages()) {
            throw new RequestError(415, "found an image, expected application/json with rows of %d numbers"
                    .formatted(rowWidth));
        }
        decoding.acquireUninterruptibly();
        try {
            return encoder.decode(subject, encoded);
        } catch (InputException e) {
            throw new RequestError(400, String.valueOf(e.getMessage()));
        } finally {
            decoding.release();
        }
    }

    /// Rows of a body `{"rows": [[...], ...]}`.
    private Vectors rows(byte[] body) throws IOException, RequestError {
        if (readsImages()) {
            throw new RequestError(415, "found JSON, expected an image or multipart/form-data with images");
        }
        JsonNode rows;
        try {
            JsonNode tree = MAPPER.readTree(body);
            rows = tree == null ? MAPPER.missingNode() : tree.path("rows");
        } catch (JsonProcessingException e) {
            throw new RequestError(400, "the body is not JSON: " + e.getOriginalMessage().lines().findFirst().orElse(""));
        }
        if (!rows.isArray()) {
            throw new RequestError(400, "found no list \"rows\", expected {\"rows\": [[...], ...]}");
        }
        requireFew(rows.size(), "rows");
        float[] values = new float[Math.multiplyExact(rows.size(), rowWidth)];
        for (int n = 0; n < rows.size(); n++) {
            JsonNode row = rows.get(n);
            if (!row.isArray() || row.size() != rowWidth) {
                throw new RequestError(400, "row %d: found %s, expected a list of %d numbers"
                        .formatted(n + 1, row.isArray() ? row.size() + " entries" : "no list", rowWidth));
            }
            for (int f = 0; f < rowWidth; f++) {
                JsonNode cell = row.get(f);
                float value = cell.isNumber() ? cell.floatValue() : Float.NaN;
                if (!Float.isFinite(value)) {
                    throw new RequestError(400, "row %d, entry %d: found no finite number".formatted(n + 1, f + 1));
                }
                values[n * rowWidth + f] = value;
            }
        }
        return Vectors.of(values, rowWidth);
    }

    private List<float[]> computed(List<Items> items) throws RequestError {
        var results = new ArrayList<CompletableFuture<Features>>();
        for (Items item : items) {
            results.add(batcher.offer(item)
                    .orElseThrow(() -> new RequestError(503, "too many requests wait; try again")));
        }
        var embeddings = new ArrayList<float[]>();
        for (CompletableFuture<Features> result : results) {
            Features features = get(result);
            for (int i = 0; i < features.rows(); i++) {
                embeddings.add(Arrays.copyOfRange(features.values(), i * width, (i + 1) * width));
            }
        }
        return embeddings;
    }

    private static Features get(CompletableFuture<Features> result) throws RequestError {
        try {
            return result.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            String message = cause == null ? "" : String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
            throw new RequestError(cause instanceof InputException ? 400 : 500, message);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RequestError(503, "the service ends");
        }
    }

    /// The features of each of several items, computed together.
    private List<Features> compute(List<Items> parts) {
        Items all = joined(parts);
        Features features = encoder.embed(all);
        metrics.embedded(all.size());
        var results = new ArrayList<Features>();
        int at = 0;
        for (Items part : parts) {
            float[] values = Arrays.copyOfRange(features.values(), at * width, (at + part.size()) * width);
            results.add(Features.unlabeled(values, width));
            at += part.size();
        }
        return results;
    }

    private Items joined(List<Items> parts) {
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        if (readsImages()) {
            return Images.joined(parts.stream().map(Images.class::cast).toList());
        }
        int count = parts.stream().mapToInt(Items::size).sum();
        float[] values = new float[count * rowWidth];
        int at = 0;
        for (Items part : parts) {
            for (int i = 0; i < part.size(); i++, at++) {
                System.arraycopy(((Vectors) part).copy(i), 0, values, at * rowWidth, rowWidth);
            }
        }
        return Vectors.of(values, rowWidth);
    }

    /// Embeds what waits, and refuses what comes later.
    @Override
    public void close() {
        batcher.close();
    }
}
