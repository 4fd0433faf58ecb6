package org.fullrank.runtime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.fullrank.image.ImageDecoder;
import org.fullrank.image.Pixels;

/**
 * An encoder that {@code fullrank export RUN --out encoder.onnx} has written. It computes the embeddings that
 * {@code fullrank embed} computes, up to rounding, and decodes images with the same code. A model of {@code --int8} is
 * less exact.
 *
 * <p>Threads may share an encoder, and their calls run at the same time.
 *
 * <pre>{@code
 * try (var encoder = Encoder.open(Path.of("encoder.onnx"))) {
 *     float[] embedding = encoder.embed(Path.of("photo.jpg"));
 * }
 * }</pre>
 */
public final class Encoder implements AutoCloseable {
    /** An image that states more pixels than this is refused before it is decoded. */
    public static final long MOST_PIXELS = 1L << 26;

    private static final String INPUT = "input";
    private static final String OUTPUT = "embedding";
    private static final String STORED_SHORTER_SIDE = "storedShorterSide";
    private static final int RGB = 3;

    private final Path file;
    private final OrtEnvironment environment;
    private final OrtSession session;
    private final long[] sizes; // of the input: [N, height, width, C] or [N, F]
    private final int width;
    private final ImageDecoder.Limits limits;
    private final Queue<ImageDecoder> decoders = new ConcurrentLinkedQueue<>();
    private final ReadWriteLock use = new ReentrantReadWriteLock(); // a session is not closed while it runs
    private boolean closed;

    private Encoder(Path file, OrtEnvironment environment, OrtSession session) throws OrtException {
        this.file = file;
        this.environment = environment;
        this.session = session;
        sizes = shape(session.getInputInfo(), INPUT);
        long[] output = shape(session.getOutputInfo(), OUTPUT);
        if (sizes.length != 2 && sizes.length != 4
                || output.length != 2
                || output[1] < 1
                || sizes[sizes.length - 1] < 1) {
            throw new IllegalArgumentException(
                    "encoder %s: found an input %s and an output %s, expected those of a model that"
                                    .formatted(file, Arrays.toString(sizes), Arrays.toString(output))
                            + " fullrank export has written");
        }
        width = Math.toIntExact(output[1]);
        String stored = session.getMetadata().getCustomMetadata().get(STORED_SHORTER_SIDE);
        if (sizes.length == 4 && (sizes[1] >= 0 || stored == null)) {
            throw new IllegalArgumentException(
                    "encoder %s: found a model for images of one size, expected one for images".formatted(file)
                            + " of any size; export it again without --input");
        }
        limits = new ImageDecoder.Limits(
                stored == null ? 1 : Integer.parseInt(stored), MOST_PIXELS, "Encoder.MOST_PIXELS");
    }

    /**
     * Opens a model. onnxruntime uses a thread for each core.
     *
     * @throws IllegalArgumentException when the file is missing, or is not a model that Fullrank has written
     */
    public static Encoder open(Path model) {
        return open(model, 0);
    }

    /**
     * Opens a model.
     *
     * @param threads of onnxruntime for one call; 0: one for each core. 1 is best for a service that embeds several
     *     images at a time
     * @throws IllegalArgumentException when the file is missing, or is not a model that Fullrank has written
     */
    public static Encoder open(Path model, int threads) {
        if (threads < 0) {
            throw new IllegalArgumentException("threads is %d, expected 0 or more".formatted(threads));
        }
        if (!Files.isRegularFile(model)) {
            throw new IllegalArgumentException("encoder %s: found %s, expected a model that fullrank export has written"
                    .formatted(model, Files.exists(model) ? "a folder" : "no file"));
        }
        var environment = OrtEnvironment.getEnvironment();
        try (var options = new OrtSession.SessionOptions()) {
            if (threads > 0) {
                options.setIntraOpNumThreads(threads);
            }
            OrtSession session = environment.createSession(model.toString(), options);
            try {
                return new Encoder(model, environment, session);
            } catch (RuntimeException | OrtException e) {
                session.close();
                throw e;
            }
        } catch (OrtException e) {
            throw new IllegalArgumentException(
                    "encoder %s: it is not a model that onnxruntime can run: %s".formatted(model, e.getMessage()), e);
        }
    }

    private long[] shape(Map<String, NodeInfo> nodes, String name) {
        NodeInfo node = nodes.get(name);
        if (node == null || !(node.getInfo() instanceof TensorInfo tensor)) {
            throw new IllegalArgumentException("encoder %s: found %s, expected %s; write it with fullrank export"
                    .formatted(file, nodes.keySet(), name));
        }
        return tensor.getShape();
    }

    /** Whether the encoder reads images; otherwise it reads rows of numbers. */
    public boolean readsImages() {
        return sizes.length == 4;
    }

    /** Columns D of an embedding. */
    public int width() {
        return width;
    }

    /**
     * The embedding {@code {@link D}} of an image file: JPEG, PNG, GIF, BMP, TIFF or WebP.
     *
     * @throws IllegalArgumentException when the file is not an image that can be read, when it has colors but the
     *     encoder reads gray images, or when the encoder reads rows
     */
    public float[] embed(Path image) {
        requireImages();
        if (!Files.isRegularFile(image)) {
            throw new IllegalArgumentException("image %s: found %s, expected an image file"
                    .formatted(image, Files.exists(image) ? "a folder" : "no file"));
        }
        try {
            return embed("image " + image, decode(Files.readAllBytes(image)));
        } catch (IOException e) {
            throw unreadable("image " + image, e);
        }
    }

    /**
     * The embedding {@code {@link D}} of the content of an image file, such as the body of a request.
     *
     * @throws IllegalArgumentException as {@link #embed(Path)}
     */
    public float[] embed(byte[] encoded) {
        requireImages();
        try {
            return embed("image", decode(encoded));
        } catch (IOException e) {
            throw unreadable("image", e);
        }
    }

    /**
     * The embedding {@code {@link D}} of an image in memory. Its samples are taken as sRGB.
     *
     * @throws IllegalArgumentException as {@link #embed(Path)}
     */
    public float[] embed(BufferedImage image) {
        requireImages();
        try {
            return embed("image", Pixels.of(image).shrunkTo(limits.shorterSide()));
        } catch (IOException e) {
            throw unreadable("image", e);
        }
    }

    /**
     * The embedding {@code {@link D}} of a row of numbers.
     *
     * @param row {@code {@link F}}, the columns that the training learned from, in their order, not standardized
     * @throws IllegalArgumentException when the encoder does not read rows of F numbers
     */
    public float[] embed(float[] row) {
        return embed(new float[][] {row})[0];
    }

    /**
     * The embeddings {@code {@link N}[D]} of rows of numbers.
     *
     * @param rows {@code {@link N}[F]}
     * @throws IllegalArgumentException when the encoder does not read rows of F numbers
     */
    public float[][] embed(float[][] rows) {
        if (sizes.length != 2) {
            throw new IllegalArgumentException("encoder %s: found a row of numbers, expected an image".formatted(file));
        }
        int features = Math.toIntExact(sizes[1]);
        float[] values = new float[Math.multiplyExact(rows.length, features)];
        for (int n = 0; n < rows.length; n++) {
            float[] row = rows[n];
            if (row.length != features) {
                throw new IllegalArgumentException(
                        "encoder %s: found a row of %d numbers, expected %d".formatted(file, row.length, features));
            }
            System.arraycopy(row, 0, values, n * features, features);
        }
        if (rows.length == 0) {
            return new float[0][];
        }
        return run(() ->
                OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), new long[] {rows.length, features}));
    }

    private Pixels decode(byte[] encoded) throws IOException {
        ImageDecoder idle = decoders.poll();
        ImageDecoder decoder = idle == null ? new ImageDecoder(limits) : idle;
        Pixels pixels = decoder.decode(encoded).pixels();
        decoders.add(decoder);
        return pixels;
    }

    private float[] embed(String subject, Pixels pixels) {
        byte[] samples;
        try {
            samples = sizes[3] == RGB ? pixels.rgb() : pixels.gray();
        } catch (IOException e) {
            throw new IllegalArgumentException(subject + ": " + e.getMessage(), e);
        }
        ByteBuffer bytes =
                ByteBuffer.allocateDirect(samples.length).put(samples).flip();
        long[] shape = {1, pixels.height(), pixels.width(), sizes[3]};
        return run(() -> OnnxTensor.createTensor(environment, bytes, shape, OnnxJavaType.UINT8))[0];
    }

    /** Makes an input. */
    private interface Input {
        OnnxTensor tensor() throws OrtException;
    }

    private float[][] run(Input input) {
        Lock lock = use.readLock();
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("encoder %s: it is closed; open it again".formatted(file));
            }
            try (OnnxTensor tensor = input.tensor();
                    OrtSession.Result result = session.run(Map.of(INPUT, tensor))) {
                return (float[][]) result.get(0).getValue();
            }
        } catch (OrtException e) {
            throw new IllegalStateException("encoder %s: %s".formatted(file, e.getMessage()), e);
        } finally {
            lock.unlock();
        }
    }

    private void requireImages() {
        if (!readsImages()) {
            throw new IllegalArgumentException("encoder %s: found an image, expected a row of %s numbers"
                    .formatted(file, Arrays.stream(sizes).skip(1).findFirst().orElse(0)));
        }
    }

    private static IllegalArgumentException unreadable(String subject, IOException e) {
        return new IllegalArgumentException(
                "%s cannot be read: %s; save it again as PNG or JPEG".formatted(subject, e.getMessage()), e);
    }

    @Override
    public void close() {
        Lock lock = use.writeLock();
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                session.close();
            }
        } catch (OrtException e) {
            throw new IllegalStateException("encoder %s: %s".formatted(file, e.getMessage()), e);
        } finally {
            lock.unlock();
        }
    }
}
