package org.fullrank.lab;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Tensors;

/// Classes to learn from, and other classes to search.
///
/// @param seen classes of the training
/// @param unseen classes of the test
/// @param unseenCount number of these classes
/// @param perUnseen items of each of them
/// @param batch items of a training batch
record MetricTask(Classes seen, Classes unseen, int unseenCount, int perUnseen, int batch) {
    private static final int SEEN_CLOUDS = 60;
    private static final int UNSEEN_CLOUDS = 30;
    private static final int PER_CLOUD = 10;

    private static final int LETTERS = 26;
    private static final int SEEN_LETTERS = 18;
    private static final int PER_LETTER = 40;

    /// Items of some classes.
    interface Classes {
        /// Numbers of an item.
        int width();

        /// Number of classes.
        int count();

        /// Items of these classes, float32 `[N, width]`.
        Tensor items(RandomGenerator random, int[] classes);

        /// Different classes, class after class, with `perClass` items of each.
        ///
        /// @return class of each item, `[count * perClass]`
        default int[] classes(RandomGenerator random, int count, int perClass) {
            int[] all = shuffled(random, count());
            return IntStream.range(0, count * perClass)
                    .map(i -> all[i / perClass])
                    .toArray();
        }
    }

    /// The numbers from 0 on in random order.
    static int[] shuffled(RandomGenerator random, int count) {
        int[] all = new int[count];
        for (int c = 0; c < count; c++) {
            int swap = random.nextInt(c + 1);
            all[c] = all[swap];
            all[swap] = c;
        }
        return all;
    }

    /// Drawn classes.
    static MetricTask clouds(Setting setting, int draw) {
        return new MetricTask(
                ClassClouds.draw(setting.random(SvmaxMetric.NAME, 1, draw), SEEN_CLOUDS),
                ClassClouds.draw(setting.random(SvmaxMetric.NAME, 2, draw), UNSEEN_CLOUDS),
                UNSEEN_CLOUDS,
                PER_CLOUD,
                48);
    }

    /// 18 random letters to learn from, and the other 8.
    static MetricTask letters(LabeledVectors all, Setting setting, int draw) {
        int[] order = shuffled(setting.random(SvmaxLetters.NAME, 1, draw), LETTERS);
        return new MetricTask(
                new Letters(all, Arrays.copyOf(order, SEEN_LETTERS)),
                new Letters(all, Arrays.copyOfRange(order, SEEN_LETTERS, LETTERS)),
                LETTERS - SEEN_LETTERS,
                PER_LETTER,
                32);
    }

    /// Some letters. A class is the place of its letter in `chosen`.
    private record Letters(LabeledVectors all, int[] chosen, int[][] rows) implements Classes {
        Letters(LabeledVectors all, int[] chosen) {
            this(
                    all,
                    chosen,
                    Arrays.stream(chosen)
                            .mapToObj(letter -> IntStream.range(0, all.size())
                                    .filter(i -> all.y()[i] == letter)
                                    .toArray())
                            .toArray(int[][]::new));
        }

        @Override
        public int width() {
            return all.width();
        }

        @Override
        public int count() {
            return chosen.length;
        }

        @Override
        public Tensor items(RandomGenerator random, int[] classes) {
            float[] values = new float[classes.length * width()];
            for (int i = 0; i < classes.length; i++) {
                int[] own = rows[classes[i]];
                System.arraycopy(all.x()[own[random.nextInt(own.length)]], 0, values, i * width(), width());
            }
            return Tensors.of(values, classes.length, width());
        }
    }
}
