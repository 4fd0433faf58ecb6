package org.fullrank.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.fullrank.data.Split;

/// A data set for a training with few labels.
enum FewLabelTask {
    MIXTURE("drawn mixture"),
    LETTERS("letters"),
    FASHION("Fashion-MNIST"),
    DIGITS("MNIST");

    /// Validation items of each class.
    static final int VALIDATION = 50;

    private static final int CLOUDS = 10;
    private static final int POOL = 10_000;
    /// Items of each class in the pool of the mixture.
    private static final int EACH = 200;
    private static final int TEST = 4000;
    private static final int TEST_LETTERS = 16_000;

    private final String label;

    FewLabelTask(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }

    /// The items of a task.
    ///
    /// @param pool for training and validation
    record Items(LabeledVectors pool, LabeledVectors test) {
        /// The items of a run: training and validation items are drawn, test items are always the same.
        RegularizedRun.Parts draw(Setting setting, int perClass, int run) {
            var samples = pool.samples(setting.random("few labels", perClass, run), perClass, VALIDATION);
            return new RegularizedRun.Parts(samples.get(0), samples.get(1), test);
        }
    }

    /// The tasks whose data are there.
    static Map<FewLabelTask, Items> available(Setting setting, FewLabelTask... wanted) {
        Map<FewLabelTask, Items> found = new EnumMap<>(FewLabelTask.class);
        for (FewLabelTask task : wanted) {
            if (task.exists(setting)) {
                found.put(task, task.items(setting));
            }
        }
        return found;
    }

    private boolean exists(Setting setting) {
        return switch (this) {
            case MIXTURE -> true;
            case LETTERS -> {
                String folder = setting.data("tabular");
                yield folder != null && Files.exists(Path.of(folder, LabeledVectors.LETTERS));
            }
            case FASHION -> GrayImages.Known.FASHION_MNIST.in(setting);
            case DIGITS -> GrayImages.Known.MNIST.in(setting);
        };
    }

    private Items items(Setting setting) {
        return switch (this) {
            case MIXTURE -> {
                ClassClouds clouds = ClassClouds.draw(setting.random("few labels clouds"), CLOUDS);
                yield new Items(
                        LabeledVectors.mixture(clouds, setting.random("few labels pool"), EACH),
                        LabeledVectors.mixture(clouds, setting.random("few labels test"), TEST / CLOUDS));
            }
            case LETTERS -> {
                LabeledVectors all = LabeledVectors.letters(Objects.requireNonNull(setting.data("tabular")));
                yield new Items(
                        all.select(IntStream.range(0, TEST_LETTERS).toArray()),
                        all.select(IntStream.range(TEST_LETTERS, all.size()).toArray()));
            }
            case FASHION -> images(GrayImages.Known.FASHION_MNIST, setting);
            case DIGITS -> images(GrayImages.Known.MNIST, setting);
        };
    }

    private static Items images(GrayImages.Known known, Setting setting) {
        String folder = Objects.requireNonNull(known.folder(setting));
        return new Items(
                LabeledVectors.images(folder, Split.TRAIN, POOL), LabeledVectors.images(folder, Split.TEST, TEST));
    }
}
