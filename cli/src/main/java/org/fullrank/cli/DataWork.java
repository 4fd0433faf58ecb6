package org.fullrank.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.fullrank.data.DataSpec;
import org.fullrank.data.Dataset;
import org.fullrank.data.Images;
import org.fullrank.data.Items;
import org.fullrank.data.Labels;
import org.fullrank.data.SamplingOrder;
import org.fullrank.data.Skipped;
import org.fullrank.data.Split;
import org.fullrank.data.Vectors;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Threads;
import org.fullrank.run.Recipe;
import org.fullrank.run.Recipes;
import org.fullrank.view.ContactSheet;
import org.fullrank.view.ImageViewGenerator;
import org.fullrank.view.ViewGenerator;
import org.jspecify.annotations.Nullable;

/// The work of `data`.
record DataWork(Data command) {
    /// So many of the files that were left out are named; `--json` names all.
    private static final int SHOWN = 10;

    void run() {
        if (command.images < 1 || command.images > 1000) {
            throw new InputException("--images: found %d, expected 1 to 1000".formatted(command.images));
        }
        Recipe recipe = command.views == null ? null : Recipes.load(command.views, List.of());
        DataSpec spec = DataSpec.of(command.path).withLabelColumn(command.labelColumn);
        try (Dataset data = Dataset.open(spec)) {
            Path sheet = recipe == null ? null : contactSheet(recipe, data);
            if (command.json) {
                command.out().println(json(data, sheet));
            } else {
                print(data, sheet);
            }
        }
    }

    private Path contactSheet(Recipe recipe, Dataset data) {
        Items items = data.items(data.splits().getFirst());
        ViewGenerator views = ViewGenerator.of(items, recipe.views(), recipe.seed(), Threads.resolve(0));
        if (!(views instanceof ImageViewGenerator images)) {
            throw new InputException(
                    "--views: found vectors in %s, expected images; leave --views out".formatted(command.path));
        }
        int[] order = SamplingOrder.epoch(recipe.seed(), 0, items.size());
        ContactSheet.write(
                images, java.util.Arrays.copyOf(order, Math.min(command.images, order.length)), 0, command.out);
        return command.out;
    }

    private void print(Dataset data, @Nullable Path sheet) {
        var table = new Table()
                .row("name", data.name())
                .row("format", data.format())
                .row("fingerprint", data.fingerprint());
        for (Split split : data.splits()) {
            Items items = data.items(split);
            table.row(split.label(), "%,d %s".formatted(items.size(), kind(items)));
        }
        if (!data.classNames().isEmpty()) {
            table.row("classes", data.classNames().size() + ": " + shortened(data.classNames()));
            for (Split split : data.splits()) {
                Labels labels = data.items(split).labels();
                if (labels != null) {
                    table.row("in " + split.label(), balance(labels));
                }
            }
        } else {
            table.row("classes", "none: the items have no labels");
        }
        table.row("packed file", data.cacheFile());
        if (sheet != null) {
            table.row("contact sheet", sheet);
        }
        command.out().print(table);
        command.out().flush();
        List<Skipped> skipped = data.skipped();
        if (!skipped.isEmpty()) {
            command.err().println("left out %d files:".formatted(skipped.size()));
            skipped.stream().limit(SHOWN).forEach(s -> command.err().println("  " + s.path() + ": " + s.reason()));
        }
    }

    private static String kind(Items items) {
        return switch (items) {
            case Vectors vectors -> "vectors of " + vectors.features() + " features";
            case Images images -> "images, " + sizes(images) + (images.channels() == 1 ? ", gray" : ", color");
        };
    }

    private static String sizes(Images images) {
        int least = Integer.MAX_VALUE;
        int most = 0;
        for (int i = 0; i < images.size(); i++) {
            least = Math.min(least, Math.min(images.height(i), images.width(i)));
            most = Math.max(most, Math.max(images.height(i), images.width(i)));
        }
        return images.uniform() && images.size() > 0
                ? images.width(0) + " x " + images.height(0)
                : "sides from %d to %d".formatted(least, most);
    }

    private static String balance(Labels labels) {
        int least = Integer.MAX_VALUE;
        int most = 0;
        for (int count : labels.counts()) {
            least = Math.min(least, count);
            most = Math.max(most, count);
        }
        return least == most
                ? "%,d items of each class".formatted(most)
                : "%,d to %,d items of a class".formatted(least, most);
    }

    private static String shortened(List<String> names) {
        List<String> first = names.subList(0, Math.min(SHOWN, names.size()));
        return String.join(", ", first) + (names.size() > SHOWN ? ", ..." : "");
    }

    private static Json json(Dataset data, @Nullable Path sheet) {
        SequencedMap<String, Object> splits = new LinkedHashMap<>();
        for (Split split : data.splits()) {
            Items items = data.items(split);
            Labels labels = items.labels();
            var entry = new Json().put("items", items.size()).put("kind", kind(items));
            splits.put(
                    split.label(),
                    entry.put("classCounts", labels == null ? null : labels.counts())
                            .values());
        }
        List<Object> skipped = new ArrayList<>();
        data.skipped().forEach(s -> skipped.add(Map.of("path", s.path(), "reason", s.reason())));
        return new Json()
                .put("name", data.name())
                .put("format", data.format())
                .put("fingerprint", data.fingerprint())
                .put("splits", splits)
                .put("classes", data.classNames())
                .put("skipped", skipped)
                .put("packedFile", data.cacheFile().toString())
                .put("contactSheet", sheet == null ? null : sheet.toString());
    }
}
