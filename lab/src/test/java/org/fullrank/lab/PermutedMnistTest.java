package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.fullrank.data.Split;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.OrthogonalUpdate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PermutedMnistTest {
    private static final Setting QUICK = new Setting(Setting.SEED, true, null);

    @TempDir
    Path folder;

    @Test
    void aWrongTurnOrStartFailsAClaim() {
        Map<String, Experiment> errors = Map.of(
                "not turned",
                new PermutedMnist((u, change) -> {}, MemoryNet::rotations),
                "not projected",
                new PermutedMnist((u, change) -> u.add_(change.product()), MemoryNet::rotations),
                "start that shrinks the state",
                new PermutedMnist(OrthogonalUpdate.GEODESIC::apply, (n, random) -> {
                    double[][] u = MemoryNet.rotations(n, random);
                    Arrays.stream(u).forEach(row -> Arrays.setAll(row, i -> row[i] / 2));
                    return u;
                }));
        errors.forEach((error, experiment) -> assertThat(experiment.run(QUICK).count(ClaimVerdict.FAILS))
                .as(error)
                .isPositive());
    }

    @Test
    void thePixelsOfAllDigitsHaveOneOrderWhichIsNotThatOfTheImage() throws IOException {
        Path data = write(10);
        PermutedDigits digits = PermutedDigits.Source.of(data.toString()).read(7, Split.TRAIN, 3, 5);
        assertThat(digits.digits()).containsExactly(3, 4, 5, 6, 7);
        for (float[] sequence : digits.pixels()) {
            float[] sorted = sequence.clone();
            Arrays.sort(sorted);
            for (int block = 0; block < 49; block++) { // block k of the image has the mean 5 k + digit
                assertThat(sorted[block] * 255 - 5 * block).isCloseTo(sorted[0] * 255, within(1e-3f));
            }
        }
        int[] first = order(digits.pixels()[0]);
        assertThat(order(digits.pixels()[4])).isEqualTo(first);
        assertThat(first).isNotEqualTo(IntStream.range(0, 49).toArray());
    }

    /// The block of the image that each step of a sequence shows.
    private static int[] order(float[] sequence) {
        return IntStream.range(0, 49)
                .map(t -> Math.floorDiv(Math.round(sequence[t] * 255), 5))
                .toArray();
    }

    /// The train split of a data set as MNIST. Item i has the digit i, and its block k of 4 x 4 pixels has
    /// a mean gray of `5 k + i % 5`.
    private Path write(int count) throws IOException {
        ByteBuffer images = ByteBuffer.allocate(16 + count * 784)
                .putInt(0x803)
                .putInt(count)
                .putInt(28)
                .putInt(28);
        ByteBuffer labels = ByteBuffer.allocate(8 + count).putInt(0x801).putInt(count);
        for (int i = 0; i < count; i++) {
            labels.put((byte) (i % 10));
            for (int y = 0; y < 28; y++) {
                for (int x = 0; x < 28; x++) {
                    int mean = 5 * (y / 4 * 7 + x / 4) + i % 5;
                    images.put((byte) (mean + (mean > 0 ? x % 2 * 2 - 1 : 0)));
                }
            }
        }
        Files.write(folder.resolve("train-images-idx3-ubyte"), images.array());
        Files.write(folder.resolve("train-labels-idx1-ubyte"), labels.array());
        return folder;
    }

    @Test
    void dataWithTooFewDigitsIsRefusedInOneLine() throws IOException {
        String data = write(10).toString();
        assertThatThrownBy(() -> new PermutedMnist().run(new Setting(1, true, data)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(
                        "found no 2000 gray images of 28 x 28 pixels with ten classes in the train split,")
                .message()
                .hasLineCount(1);
    }

    @Test
    void thePartsHaveNoCommonDigits() {
        var parts = new PermutedDigits.Parts(7, PermutedDigits.Source.of(null), new PermutedDigits.Counts(30, 20, 20));
        for (float[] validation : parts.validation().pixels()) {
            assertThat(List.of(parts.training().pixels())).noneMatch(other -> Arrays.equals(other, validation));
            assertThat(List.of(parts.test().pixels())).noneMatch(other -> Arrays.equals(other, validation));
        }
    }

    @Test
    void aNetworkThatNeverLearnsGuesses() {
        var digits = new PermutedDigits.Parts(7, PermutedDigits.Source.of(null), new PermutedDigits.Counts(9, 9, 300));
        double zeros = IntStream.of(digits.test().digits()).filter(d -> d == 0).count() / 300.0;
        var always = new SequenceNet() {
            @Override
            public double step(MemoryNet.Batch batch, double rate, java.util.random.RandomGenerator random) {
                return 0;
            }

            @Override
            public long[] answers(MemoryNet.Batch batch) {
                return new long[(int) batch.inputs().size(1)];
            }
        };
        assertThat(DigitRun.accuracy(always, digits.test())).isCloseTo(zeros, within(1e-12));
    }

    @Test
    void anLstmLearnsToCountOneOfTwoSequences() {
        try (var net = new LstmNet(8, 5, 2, 1);
                var scope = Scope.open()) {
            double[] inputs = new double[5 * 4];
            Arrays.fill(inputs, 0, 4, 0);
            for (int t = 0; t < 5; t++) {
                inputs[t * 4 + 1] = 1;
                inputs[t * 4 + 3] = 1;
            }
            var batch = new MemoryNet.Batch(
                    Tensors.of(inputs, 5, 4, 1), Tensors.of(new double[] {1, 0, 0, 1, 1, 0, 0, 1}, 1, 4, 2));
            double first = net.step(batch, 1e-2, Keyed.of(1));
            double last = first;
            for (int step = 0; step < 60; step++) {
                last = net.step(batch, 1e-2, Keyed.of(1));
            }
            assertThat(last).isLessThan(first / 2);
            assertThat(net.answers(batch)).containsExactly(0, 1, 0, 1);
        }
    }

    @Test
    void thePaperLengthNeedsTheDigitsOfThePaper() {
        assertThatThrownBy(() -> new PermutedMnist().run(new Setting(1, Setting.Length.PAPER, null)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found --paper without --data, expected MNIST; give its folder");
    }
}
