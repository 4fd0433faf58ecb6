package org.fullrank.data;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.fullrank.engine.JobException;
import org.fullrank.file.Inputs;
import org.fullrank.image.ImageDecoder;
import org.fullrank.image.ImageFormat;
import org.jspecify.annotations.Nullable;

/// Decodes images on all cores and delivers them in the order in which they were submitted. At most
/// [#WINDOW_PER_CORE] images per core are in memory.
final class DecodePool implements AutoCloseable {
    static final int WINDOW_PER_CORE = 32;

    /// Receives results on the thread that submits images.
    interface Sink {
        void image(String path, ImageDecoder.Decoded decoded) throws IOException;

        void skipped(String path, String reason) throws IOException;
    }

    /// An image, or the reason why it could not be decoded. Both are null if the file is not an image and
    /// does not have the name of an image.
    private record Outcome(
            String path,
            ImageDecoder.@Nullable Decoded decoded,
            @Nullable String reason) {}

    private final ExecutorService threads;
    private final ThreadLocal<ImageDecoder> decoders;
    private final ArrayDeque<Future<Outcome>> window = new ArrayDeque<>();
    private final Sink sink;
    private final int most;

    DecodePool(DataSpec spec, Sink sink) {
        int cores = Runtime.getRuntime().availableProcessors();
        threads = Executors.newFixedThreadPool(
                cores, Thread.ofPlatform().daemon().name("decode-", 0).factory());
        decoders = ThreadLocal.withInitial(() -> new ImageDecoder(spec.imageLimits()));
        most = cores * WINDOW_PER_CORE;
        this.sink = sink;
    }

    /// Queues an image; waits while the window is full.
    ///
    /// @param named whether the file name is that of an image; if it is not, and the content is not an image
    ///     either, the file is ignored without a message
    void decode(String path, boolean named, Callable<byte[]> encoded) throws IOException {
        window.add(threads.submit(() -> decodeNow(path, named, encoded)));
        if (window.size() >= most) {
            next();
        }
    }

    /// Queues a refusal.
    void refuse(String path, String reason) throws IOException {
        decode(path, true, () -> {
            throw new IOException(reason);
        });
    }

    /// Delivers all queued results.
    void finish() throws IOException {
        while (!window.isEmpty()) {
            next();
        }
    }

    private Outcome decodeNow(String path, boolean named, Callable<byte[]> encoded) throws Exception {
        try {
            byte[] bytes = encoded.call();
            if (!named && ImageFormat.of(bytes).isEmpty()) {
                return new Outcome(path, null, null);
            }
            return new Outcome(path, decoders.get().decode(bytes), null);
        } catch (IOException e) {
            return new Outcome(path, null, Inputs.reason(e));
        }
    }

    private void next() throws IOException {
        try {
            Outcome outcome = window.remove().get();
            if (outcome.decoded() != null) {
                sink.image(outcome.path(), outcome.decoded());
            } else if (outcome.reason() != null) {
                sink.skipped(outcome.path(), outcome.reason());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JobException("decoding of images was interrupted; start again", e);
        } catch (ExecutionException e) {
            throw new JobException(
                    "decoding of images failed: " + Inputs.firstLine(e.getCause() == null ? e : e.getCause()), e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
