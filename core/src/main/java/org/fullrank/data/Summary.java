package org.fullrank.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import org.fullrank.text.Numbers;
import org.fullrank.text.Table;
import org.jspecify.annotations.Nullable;

/// The content of a data set: [#text()] for people, [#toMap()] for JSON.
///
/// @param name of the data set
/// @param format in words
/// @param channels 3 RGB, 1 gray, 0 for vectors, -1 for time series
/// @param features values per vector or time series, 0 for images
/// @param series channels and steps of time series; null for other data
/// @param table how the columns of a table became features; null for other data
/// @param splits in the order of [Split]
/// @param classNames empty when nothing is labeled
/// @param folderClasses whether the classes are the names of folders
/// @param skipped files left out
/// @param warnings automatic decisions about the data, and problems that were found, one line each
/// @param cacheFile the file with the packed items
/// @param cacheBytes size of that file
/// @param fingerprint checksum of the content
public record Summary(
        String name,
        String format,
        int channels,
        int features,
        @Nullable SeriesShape series,
        @Nullable TableSchema table,
        List<Part> splits,
        List<String> classNames,
        boolean folderClasses,
        List<Skipped> skipped,
        List<String> warnings,
        String cacheFile,
        long cacheBytes,
        String fingerprint) {

    /// Largest number of class names in the text. The JSON has all of them.
    private static final int SHOWN_CLASSES = 10;

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

    /// Minimum, median and maximum of some numbers.
    public record Range(int min, int median, int max) {
        static Range of(int[] values) {
            int[] sorted = values.clone();
            Arrays.sort(sorted);
            return new Range(sorted[0], sorted[sorted.length / 2], sorted[sorted.length - 1]);
        }

        boolean isOne() {
            return min == max;
        }
    }

    static Summary of(Dataset dataset, Pack pack) {
        PackIndex index = pack.index();
        boolean images = index.channels() > PackIndex.VECTORS;
        List<Part> parts = new ArrayList<>();
        int features = 0;
        SeriesShape series = null;
        for (Map.Entry<Split, PackIndex.Items> entry : index.splits().entrySet()) {
            PackIndex.Items items = entry.getValue();
            if (!images) {
                features = items.heights()[0] * items.widths()[0];
                series = index.channels() == PackIndex.SERIES
                        ? new SeriesShape(items.heights()[0], items.widths()[0])
                        : null;
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
                series,
                index.table(),
                List.copyOf(parts),
                index.classNames(),
                dataset.hasFolderClasses(),
                index.skipped(),
                dataset.warnings(),
                pack.file().toString(),
                pack.fileBytes(),
                index.fingerprint());
    }

    private static List<Integer> counts(Labels labels) {
        return Arrays.stream(labels.counts()).boxed().toList();
    }

    /// The summary in lines of text, each with a line end. Skipped files are not in it.
    public String text() {
        var rows = new Table().row("name", name).row("format", format).row("fingerprint", fingerprint);
        for (Part part : splits) {
            rows.row(part.split(), String.format(Locale.ROOT, "%,d %s", part.size(), kind(part)));
        }
        if (table != null) {
            rows.row("columns", table.text());
        }
        if (classNames.isEmpty()) {
            rows.row("classes", "none: the items have no labels");
        } else {
            List<String> first = classNames.subList(0, Math.min(SHOWN_CLASSES, classNames.size()));
            String more = classNames.size() > SHOWN_CLASSES ? ", ..." : "";
            String source = folderClasses ? " (the names of the folders)" : "";
            rows.row("classes", classNames.size() + ": " + String.join(", ", first) + more + source);
            splits.stream()
                    .filter(part -> !part.classCounts().isEmpty())
                    .forEach(part -> rows.row("in " + part.split(), balance(part.classCounts())));
        }
        return rows.row("packed file", cacheFile + " (" + Numbers.bytes(cacheBytes) + ")")
                .toString();
    }

    private String kind(Part part) {
        Range height = part.height();
        Range width = part.width();
        if (height == null || width == null) {
            return series == null
                    ? "vectors of " + features + " features"
                    : "series of %s and %s"
                            .formatted(
                                    Numbers.count(series.channels(), "channel"),
                                    Numbers.count(series.length(), "step"));
        }
        String size = height.isOne() && width.isOne()
                ? width.min() + " x " + height.min()
                : "sides from %d to %d"
                        .formatted(Math.min(height.min(), width.min()), Math.max(height.max(), width.max()));
        return "images, " + size + (channels == 1 ? ", gray" : ", color");
    }

    private static String balance(List<Integer> counts) {
        int least = Collections.min(counts);
        int most = Collections.max(counts);
        return least == most
                ? String.format(Locale.ROOT, "%,d items of each class", most)
                : String.format(Locale.ROOT, "%,d to %,d items of a class", least, most);
    }

    /// The summary for JSON.
    public SequencedMap<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("name", name);
        map.put("format", format);
        map.put("fingerprint", fingerprint);
        var parts = new LinkedHashMap<String, Object>();
        for (Part part : splits) {
            var entry = new LinkedHashMap<String, @Nullable Object>();
            entry.put("items", part.size());
            entry.put("kind", kind(part));
            entry.put("classCounts", part.classCounts().isEmpty() ? null : part.classCounts());
            parts.put(part.split(), entry);
        }
        map.put("splits", parts);
        map.put("columns", table == null ? null : table.text());
        map.put("warnings", warnings);
        map.put("classes", classNames);
        map.put("folderClasses", folderClasses);
        map.put("skipped", skipped);
        map.put("packedFile", cacheFile);
        return map;
    }
}
