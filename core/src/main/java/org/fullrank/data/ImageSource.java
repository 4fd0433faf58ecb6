package org.fullrank.data;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.fullrank.engine.InputException;
import org.fullrank.text.Numbers;

/// A folder or archive of images, read by its [Layout]. Files that are not images, such as a `README`, are
/// ignored.
record ImageSource(Tree tree, DataSpec spec) implements DataSource {
    /// Largest accepted size of an encoded image. A larger file is left out before it is read.
    static final int MAX_ENCODED_BYTES = 1 << 28;

    /// Names of images; those of formats that cannot be read are listed with the reason.
    private static final Set<String> EXTENSIONS = Set.of(
            "jpg", "jpeg", "jpe", "jfif", "png", "gif", "bmp", "dib", "tif", "tiff", "webp", "avif", "heic", "heif",
            "jxl", "jp2", "j2k");

    /// Whether a file of this name is expected to be an image.
    static boolean named(String name) {
        int dot = name.lastIndexOf('.');
        return dot >= 0 && EXTENSIONS.contains(name.substring(dot + 1).toLowerCase(Locale.ROOT));
    }

    @Override
    public String format() {
        return tree.kind().equals("folder") ? "image folder" : tree.kind() + " of images";
    }

    @Override
    public String stamp() throws IOException {
        return tree.stamp();
    }

    @Override
    public void pack(PackWriter out) throws IOException {
        List<String> packed = new ArrayList<>();
        var lists = new LabelLists();
        Map<String, List<String>> remarks = new LinkedHashMap<>();
        try (var pool = new DecodePool(spec, new PackSink(out, packed, remarks))) {
            tree.each(new Tree.Visitor() {
                @Override
                public boolean file(Tree.Entry entry) throws IOException {
                    if (!entry.hidden() && LabelLists.named(entry)) {
                        lists.add(entry.path(), read(entry));
                    } else if (!entry.hidden()) {
                        submit(entry, pool);
                    }
                    return true;
                }

                @Override
                public void unread(String path, String reason) throws IOException {
                    if (named(path)) { // other links, such as those to folders, are no images
                        pool.refuse(path, reason);
                    }
                }
            });
            pool.finish();
        }
        checkSkipped(out, packed.size());
        remarks.forEach((text, paths) ->
                out.note("%s, in %d images, first %s".formatted(text, paths.size(), paths.getFirst())));
        new ImagePlacement(packed, lists).place(out);
    }

    private void submit(Tree.Entry entry, DecodePool pool) throws IOException {
        boolean named = named(entry.name());
        if (entry.size() > MAX_ENCODED_BYTES) {
            if (named) {
                pool.refuse(
                        entry.path(),
                        "it has %s, expected at most %s"
                                .formatted(Numbers.bytes(entry.size()), Numbers.bytes(MAX_ENCODED_BYTES)));
            }
        } else if (tree.randomAccess()) {
            pool.decode(entry.path(), named, () -> read(entry));
        } else {
            byte[] encoded = read(entry);
            pool.decode(entry.path(), named, () -> encoded);
        }
    }

    private static byte[] read(Tree.Entry entry) throws IOException {
        try (InputStream in = entry.content().open()) {
            return in.readNBytes(MAX_ENCODED_BYTES);
        }
    }

    private void checkSkipped(PackWriter out, int decoded) {
        int skipped = out.skipped().size();
        if (decoded == 0 && skipped == 0) {
            throw new InputException("data path " + tree.root() + " holds no images, expected files of "
                    + ImageFormat.KNOWN + "; give another path");
        }
        double share = (double) skipped / (decoded + skipped);
        if (decoded == 0 || share > spec.maxSkippedShare()) {
            Skipped first = out.skipped().getFirst();
            throw new InputException(String.format(
                    Locale.ROOT,
                    "data path %s: %d of %d images (%.1f %%) cannot be decoded, expected at most %.1f %%; "
                            + "first: %s (%s); repair them or raise data.maxSkippedShare",
                    tree.root(),
                    skipped,
                    decoded + skipped,
                    100 * share,
                    100 * spec.maxSkippedShare(),
                    first.path(),
                    first.reason()));
        }
    }

    /// Takes what the pool has decoded, in the order of submission.
    ///
    /// @param remarks what was ignored, and the paths of the images
    private record PackSink(PackWriter out, List<String> packed, Map<String, List<String>> remarks)
            implements DecodePool.Sink {
        @Override
        public void image(String path, ImageDecoder.Decoded decoded) throws IOException {
            Pixels pixels = decoded.pixels();
            if (decoded.remark() != null) {
                remarks.computeIfAbsent(decoded.remark(), text -> new ArrayList<>())
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
