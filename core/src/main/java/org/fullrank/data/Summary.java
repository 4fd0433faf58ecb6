package org.fullrank.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a data set holds. The fields are for programs, [#text()] is for people.
///
/// @param name of the data set
/// @param format in words
/// @param channels 3 RGB, 1 gray, 0 for vectors
/// @param features values per vector, 0 for images
/// @param splits in the order of [Split]
/// @param classNames empty when nothing is labeled
/// @param skipped files left out
/// @param cacheFile where the packed items lie
/// @param cacheBytes size of that file
/// @param fingerprint checksum of the content
public record Summary(
        String name,
        String format,
        int channels,
        int features,
        List<Part> splits,
        List<String> classNames,
        List<Skipped> skipped,
        String cacheFile,
        long cacheBytes,
        String fingerprint) {

    private static final int SHOWN_CLASSES = 20;
    private static final int SHOWN_SKIPPED = 10;

    /// One split.
    ///
    /// @param split its name
    /// @param size number of items
    /// @param height of the images in pixels; null for vectors
    /// @param width of the images in pixels; null for vectors
    /// @param classCounts items of each class; empty when unlabeled
    public record Part(
            String split,
            int size,
            @Nullable Range height,
            @Nullable Range width,
            List<Integer> classCounts) {}

    /// Smallest, middle and largest of some numbers.
    public record Range(int min, int median, int max) {
        static Range of(int[] values) {
            int[] sorted = values.clone();
            Arrays.sort(sorted);
            return new Range(sorted[0], sorted[sorted.length / 2], sorted[sorted.length - 1]);
        }

        @Override
        public String toString() {
            return min == max ? String.valueOf(min) : min + " to " + max + " (median " + median + ")";
        }
    }

    static Summary of(Dataset dataset, Pack pack) {
        PackIndex index = pack.index();
        boolean images = index.channels() > 0;
        List<Part> parts = new ArrayList<>();
        int features = 0;
        for (Map.Entry<Split, PackIndex.Items> entry : index.splits().entrySet()) {
            PackIndex.Items items = entry.getValue();
            if (!images) {
                features = items.widths()[0];
            }
            parts.add(new Part(
                    entry.getKey().label(),
                    items.size(),
                    images ? Range.of(items.heights()) : null,
                    images ? Range.of(items.widths()) : null,
                    items.classes() == null ? List.of() : counts(new Labels(items.classes(), index.classNames()))));
        }
        return new Summary(
                dataset.name(),
                index.format(),
                index.channels(),
                features,
                List.copyOf(parts),
                index.classNames(),
                index.skipped(),
                pack.file().toString(),
                pack.fileBytes(),
                index.fingerprint());
    }

    private static List<Integer> counts(Labels labels) {
        return Arrays.stream(labels.counts()).boxed().toList();
    }

    /// The summary in lines of text, without a line break at the end.
    public String text() {
        List<String> lines = new ArrayList<>();
        lines.add(row("name", name));
        lines.add(row("format", format));
        lines.add(
                row("items", channels == 0 ? features + " values each" : channels == 1 ? "gray images" : "RGB images"));
        for (Part part : splits) {
            String size = part.height() == null ? "" : ", height " + part.height() + ", width " + part.width();
            lines.add(row(
                    part.split(),
                    String.format(Locale.ROOT, "%,d%s", part.size(), size)
                            + (part.classCounts().isEmpty() ? ", no labels" : "")));
        }
        lines.add(row("classes", classNames.isEmpty() ? "none" : String.valueOf(classNames.size())));
        for (int c = 0; c < Math.min(SHOWN_CLASSES, classNames.size()); c++) {
            lines.add(row("", classNames.get(c) + ": " + countsOf(c)));
        }
        if (classNames.size() > SHOWN_CLASSES) {
            lines.add(row("", "and " + (classNames.size() - SHOWN_CLASSES) + " more"));
        }
        lines.add(row("skipped", skipped.isEmpty() ? "none" : String.valueOf(skipped.size())));
        for (Skipped file : skipped.subList(0, Math.min(SHOWN_SKIPPED, skipped.size()))) {
            lines.add(row("", file.path() + ": " + file.reason()));
        }
        if (skipped.size() > SHOWN_SKIPPED) {
            lines.add(row("", "and " + (skipped.size() - SHOWN_SKIPPED) + " more"));
        }
        lines.add(row("packed file", String.format(Locale.ROOT, "%s (%.1f MB)", cacheFile, cacheBytes / 1e6)));
        lines.add(row("fingerprint", fingerprint));
        return String.join("\n", lines);
    }

    /// Items of class c in each labeled split.
    private String countsOf(int c) {
        List<String> counts = new ArrayList<>();
        for (Part part : splits) {
            if (!part.classCounts().isEmpty()) {
                counts.add(
                        String.format(Locale.ROOT, "%,d %s", part.classCounts().get(c), part.split()));
            }
        }
        return String.join(", ", counts);
    }

    private static String row(String key, String value) {
        return String.format(Locale.ROOT, "%-12s %s", key, value);
    }
}
