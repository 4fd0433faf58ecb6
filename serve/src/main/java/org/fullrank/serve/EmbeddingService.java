package org.fullrank.serve;

import com.sun.net.httpserver.HttpExchange;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
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

    /// Most bytes of decoded images that are in memory at the same time.
    private static final long MOST_DECODED = 1L << 29;
    /// A request that was not embedded after this time is given up.
    private static final int MOST_SECONDS = 120;

    private final AtomicLong decoded = new AtomicLong();
    private final int mostItems;

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
        mostItems = Math.min(MOST_ITEMS, settings.queue());
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
        if (type.equals("application/json")) {
            return computed(List.of(rows(body)));
        }
        if (type.equals("multipart/form-data")) {
            return images(RequestBody.parts(exchange, body), "part ");
        }
        if (type.startsWith("image/") || type.equals("application/octet-stream")) {
            return images(List.of(body), "image ");
        }
        throw new RequestError(
                415,
                "Content-Type: found %s, expected an image, multipart/form-data or application/json"
                        .formatted(type.isEmpty() ? "none" : "another type"));
    }

    /// Decodes and embeds images. Their pixels count while they are in memory.
    private List<float[]> images(List<byte[]> encoded, String subject) throws RequestError {
        requireFew(encoded.size(), "images");
        if (!batcher.hasRoom(encoded.size())) {
            throw busy();
        }
        long held = 0;
        try {
            List<Items> items = new ArrayList<>();
            for (int i = 0; i < encoded.size(); i++) {
                Images image = image(subject + (i + 1), encoded.get(i));
                long bytes = image.pixels().byteSize();
                held += bytes;
                if (decoded.addAndGet(bytes) > MOST_DECODED) {
                    throw held > MOST_DECODED
                            ? new RequestError(
                                    413, "found images of more than %d bytes of pixels".formatted(MOST_DECODED))
                            : busy();
                }
                items.add(image);
            }
            return computed(items);
        } finally {
            decoded.addAndGet(-held);
        }
    }

    private static RequestError busy() {
        return new RequestError(503, "too many requests wait; try again");
    }

    private void requireFew(int count, String what) throws RequestError {
        if (count < 1 || count > mostItems) {
            throw new RequestError(
                    count < 1 ? 400 : 413, "found %d %s, expected 1 to %d".formatted(count, what, mostItems));
        }
    }

    private Images image(String subject, byte[] encoded) throws RequestError {
        if (!readsImages()) {
            throw new RequestError(
                    415, "found an image, expected application/json with rows of %d numbers".formatted(rowWidth));
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
        return Vectors.of(new JsonRequest(rowWidth, mostItems).rows(body), rowWidth);
    }

    private List<float[]> computed(List<Items> items) throws RequestError {
        List<CompletableFuture<Features>> results = batcher.offer(items).orElseThrow(EmbeddingService::busy);
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
            return result.get(MOST_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new RequestError(503, "the embedding took longer than %d seconds".formatted(MOST_SECONDS));
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            String message = cause == null
                    ? ""
                    : String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
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
