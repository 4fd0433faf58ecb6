package org.fullrank.trained;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.fullrank.data.Dataset;
import org.fullrank.data.Items;
import org.fullrank.data.Labels;
import org.fullrank.data.SamplingOrder;
import org.fullrank.data.Split;
import org.fullrank.file.JsonFile;
import org.fullrank.probe.Features;
import org.fullrank.probe.KMeans;
import org.fullrank.probe.Pca;
import org.fullrank.view.ContactSheet;
import org.fullrank.view.ImageViewGenerator;
import org.fullrank.view.ImageViews;
import org.fullrank.view.ViewGenerator;

/// The pictures of a report. The file `map.json` contains the first two principal components of the
/// representations of held-out items. The file `map.png` contains the thumbnails of these items. The file
/// `views.png` is a contact sheet of training views.
final class RunPictures {
    /// Number of points of the map. With more points, they would cover one another.
    static final int MAP_ITEMS = 1000;
    /// Largest side of a thumbnail in pixels. The content is still recognizable, and a thousand thumbnails
    /// need about two megabytes.
    static final int THUMBNAIL = 32;
    /// Number of rows of the contact sheet.
    static final int SHEET_ROWS = 6;

    /// Number of clusters that color a map without labels. It is the number of colors that are easy to
    /// distinguish.
    static final int CLUSTERS = 8;

    /// Name of the group of items without a label.
    static final String NO_LABEL = "no label";

    private static final int COLUMNS = 32;
    // Held-out items are preferred. Test labels are used only for colors.
    private static final List<Split> PREFERRED = List.of(Split.TEST, Split.VALIDATION, Split.TRAIN, Split.UNLABELED);

    private RunPictures() {}

    static void write(Path folder, Dataset data, ViewGenerator views, Function<Items, Features> embed) {
        Split split =
                PREFERRED.stream().filter(data.splits()::contains).findFirst().orElseThrow();
        Items all = data.items(split);
        int[] chosen = first(SamplingOrder.epoch(0, 0, all.size()), MAP_ITEMS);
        Items shown = all.subset(chosen);
        Features features = embed.apply(shown);
        if (Pca.widest(features) >= 2) {
            String items = "%,d of %,d items of the %s split".formatted(chosen.length, all.size(), split.label());
            SequencedMap<String, Object> map = map(features, items);
            map.put("index", chosen);
            if (views.on(shown) instanceof ImageViewGenerator plain) {
                map.put("sprite", sprite(folder, plain, chosen.length));
            }
            JsonFile.write(folder.resolve("map.json"), map);
        }
        Items learned = data.pretraining();
        if (views.on(learned) instanceof ImageViewGenerator images) {
            int[] rows = first(SamplingOrder.epoch(0, 0, learned.size()), SHEET_ROWS);
            ContactSheet.write(ContactSheet.draw(images, rows, 0), folder.resolve("views.png"));
        }
    }

    private static SequencedMap<String, Object> map(Features features, String items) {
        Pca pca = Pca.fit(features, 2);
        float[] places = pca.transform(features).values(); // [N, 2]
        double total = totalVariance(features);
        double[] shares = Arrays.stream(pca.variances())
                .map(v -> total > 0 ? v / total : 0)
                .toArray();
        Groups groups = Groups.of(features);
        var map = new LinkedHashMap<String, Object>();
        map.put(
                "about",
                ("Representations (outputs of the encoder) of %s, along their first two principal components, with %.0f %% and %.0f %% of the"
                                + " variance; colored by %s.")
                        .formatted(items, 100 * shares[0], 100 * shares[1], groups.by));
        map.put("explained", shares);
        map.put("names", groups.names);
        if (groups.none >= 0) {
            map.put("none", groups.none);
        }
        map.put("group", groups.members);
        map.put("x", column(places, 0));
        map.put("y", column(places, 1));
        return map;
    }

    /// The groups that color the points.
    ///
    /// @param none the group of items without a label, which is the last group; -1 if all items have a label
    private record Groups(String by, List<String> names, int[] members, int none) {
        static Groups of(Features features) {
            int[] classes = features.classes();
            if (classes != null) {
                return ofClasses(classes, features.names());
            }
            int clusters = Math.min(CLUSTERS, features.rows());
            List<String> names = IntStream.rangeClosed(1, clusters)
                    .mapToObj(c -> "cluster " + c)
                    .toList();
            return new Groups("cluster (k-means; there are no labels)", names, KMeans.groups(features, clusters), -1);
        }

        private static Groups ofClasses(int[] classes, List<String> names) {
            int none = names.size();
            int[] members = Arrays.stream(classes)
                    .map(c -> c == Labels.UNLABELED ? none : c)
                    .toArray();
            return Arrays.equals(members, classes)
                    ? new Groups("class", names, classes, -1)
                    : new Groups(
                            "class; gray points have no label",
                            Stream.concat(names.stream(), Stream.of(NO_LABEL)).toList(),
                            members,
                            none);
        }
    }

    private static Map<String, Integer> sprite(Path folder, ImageViewGenerator plain, int count) {
        ImageViews small =
                plain.spec().withSize(Math.min(THUMBNAIL, plain.spec().size()));
        int[] indices = new int[count];
        Arrays.setAll(indices, i -> i);
        ContactSheet.write(ContactSheet.sprite(plain.with(small), indices, COLUMNS), folder.resolve("map.png"));
        return Map.of("side", small.size(), "columns", COLUMNS);
    }

    private static int[] first(int[] order, int most) {
        return Arrays.copyOf(order, Math.min(most, order.length));
    }

    private static double totalVariance(Features features) {
        double total = 0;
        for (int d = 0; d < features.width(); d++) {
            double sum = 0;
            double squares = 0;
            double origin = features.values()[d];
            for (int i = d; i < features.values().length; i += features.width()) {
                double value = features.values()[i] - origin;
                sum += value;
                squares += value * value;
            }
            double mean = sum / features.rows();
            total += squares / features.rows() - mean * mean;
        }
        return total;
    }

    /// One column of coordinates. Five digits are exact to less than a pixel.
    private static double[] column(float[] places, int which) {
        double[] column = new double[places.length / 2];
        Arrays.setAll(column, i -> Double.parseDouble(String.format(Locale.ROOT, "%.4e", places[2 * i + which])));
        return column;
    }
}
