package org.fullrank.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.fullrank.engine.InputException;
import org.fullrank.image.ImageDecoder;
import org.fullrank.image.ImageFormat;
import org.fullrank.image.Pixels;

/// Decodes the images of a source on all cores and writes them into a pack, in the order in which they are
/// submitted. Images that cannot be decoded are left out, up to [DataSpec#maxSkippedShare].
final class ImagePacker implements AutoCloseable {
    /// Largest accepted size of an encoded image. A larger file is left out before it is read.
    static final int MAX_ENCODED_BYTES = 1 << 28;

    private final PackWriter out;
    private final DataSpec spec;
    private final Path root;
    private final DecodePool pool;
    private final List<String> packed = new ArrayList<>();
    private final Map<String, List<String>> remarks = new LinkedHashMap<>();

    /// @param root the data path, for error messages
    ImagePacker(PackWriter out, DataSpec spec, Path root) {
        this.out = out;
        this.spec = spec;
        this.root = root;
        pool = new DecodePool(spec, new PackSink());
    }

    /// Queues an image, see [DecodePool#decode].
    void decode(String path, boolean named, Callable<byte[]> encoded) throws IOException {
        pool.decode(path, named, encoded);
    }

    /// Queues a refusal.
    void refuse(String path, String reason) throws IOException {
        pool.refuse(path, reason);
    }

    /// Waits for all images, and adds the notes about them to the pack.
    ///
    /// @return the paths of the images in the pack, in order. The images have no split and no class yet
    /// @throws InputException when there are none, or too many cannot be decoded
    List<String> finish() throws IOException {
        pool.finish();
        checkSkipped(packed.size());
        remarks.forEach((text, paths) ->
                out.note("%s, in %d images, first %s".formatted(text, paths.size(), paths.getFirst())));
        return List.copyOf(packed);
    }

    private void checkSkipped(int decoded) {
        int skipped = out.skipped().size();
        if (decoded == 0 && skipped == 0) {
            throw new InputException("data path " + root + " holds no images, expected files of " + ImageFormat.KNOWN
                    + "; give another path");
        }
        double share = (double) skipped / (decoded + skipped);
        if (decoded == 0 || share > spec.maxSkippedShare()) {
            Skipped first = out.skipped().getFirst();
            throw new InputException(String.format(
                    Locale.ROOT,
                    "data path %s: %d of %d images (%.1f %%) cannot be decoded, expected at most %.1f %%; "
                            + "first: %s (%s); repair them or raise data.maxSkippedShare",
                    root,
                    skipped,
                    decoded + skipped,
                    100 * share,
                    100 * spec.maxSkippedShare(),
                    first.path(),
                    first.reason()));
        }
    }

    @Override
    public void close() {
        pool.close();
    }

    /// Writes the images that the pool has decoded, in the order of submission.
    private final class PackSink implements DecodePool.Sink {
        @Override
        public void image(String path, ImageDecoder.Decoded decoded) throws IOException {
            Pixels pixels = decoded.pixels();
            if (decoded.remark() != null) {
                remarks.computeIfAbsent(decoded.remark(), _ -> new ArrayList<>())
                        .add(path);
            }
            out.unplaced(new PackWriter.Shape(pixels.height(), pixels.width(), 3), pixels.rgb(), path);
            packed.add(path);
        }

        @Override
        public void skipped(String path, String reason) {
            out.skip(path, reason);
        }
    }
}
