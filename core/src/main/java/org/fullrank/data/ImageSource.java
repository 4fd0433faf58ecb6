package org.fullrank.data;

import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Set;
import org.fullrank.text.Numbers;

/// A folder or archive of images, read by its [Layout]. Files that are not images, such as a `README`, are
/// ignored, except label lists ([LabelLists]) and sidecar files ([Sidecars]).
record ImageSource(Tree tree, DataSpec spec) implements DataSource {
    /// Extensions of images. Files of formats that cannot be read are reported with the reason.
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

    /// The version of the rules for folders. A pack of older rules is stale.
    @Override
    public String key() {
        return "folders 3";
    }

    @Override
    public String stamp() throws IOException {
        return tree.stamp();
    }

    @Override
    public void pack(PackWriter out) throws IOException {
        boolean unlabeled = spec.readsNoClasses();
        var lists = new LabelLists();
        var sidecars = new Sidecars();
        if (tree instanceof ShardTree shards) {
            ShardNames.missing(shards.shards().keySet()).forEach(out::note);
        }
        try (var images = new ImagePacker(out, spec, tree.root())) {
            tree.each(new Tree.Visitor() {
                @Override
                public boolean file(Tree.Entry entry) throws IOException {
                    if (entry.hidden()) {
                        return true;
                    }
                    boolean list = LabelLists.named(entry);
                    if (!list && !Sidecars.named(entry)) {
                        submit(entry, images);
                    } else if (!unlabeled && list) {
                        lists.add(entry.path(), read(entry));
                    } else if (!unlabeled) {
                        sidecars.add(entry.path(), read(entry));
                    }
                    return true;
                }

                @Override
                public void unread(String path, String reason) throws IOException {
                    if (named(path)) { // other links, such as those to folders, are no images
                        images.refuse(path, reason);
                    }
                }
            });
            if (lists.dropped() > 0) {
                out.note("the texts beside the images have more than %d MB; %d small ones were not searched for labels"
                        .formatted(LabelLists.MOST_KEPT_BYTES >> 20, lists.dropped()));
            }
            new ImagePlacement(tree, images.finish(), lists, sidecars, spec).place(out);
        }
    }

    private void submit(Tree.Entry entry, ImagePacker images) throws IOException {
        boolean named = named(entry.name());
        if (entry.size() > ImagePacker.MAX_ENCODED_BYTES) {
            if (named) {
                images.refuse(
                        entry.path(),
                        "it has %s, expected at most %s"
                                .formatted(Numbers.bytes(entry.size()), Numbers.bytes(ImagePacker.MAX_ENCODED_BYTES)));
            }
        } else if (tree.randomAccess()) {
            images.decode(entry.path(), named, () -> read(entry));
        } else {
            byte[] encoded = read(entry);
            images.decode(entry.path(), named, () -> encoded);
        }
    }

    private static byte[] read(Tree.Entry entry) throws IOException {
        try (InputStream in = entry.content().open()) {
            return in.readNBytes(ImagePacker.MAX_ENCODED_BYTES);
        }
    }
}
