package org.fullrank.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MomentsMergeTest {
    /// A matrix that needs several buffers; one with N < D; values whose squares overflow or vanish; a large
    /// offset.
    @ParameterizedTest
    @CsvSource({"6000, 5, 0, 1", "70, 90, 3, 1", "6000, 5, 1000, 1", "5000, 4, 1, 1e200", "5000, 4, 1, 1e-200"})
    void anySplitAndOrderOfMergingGiveTheSameFigures(int rows, int width, double offset, double scale) {
        double[] values = gaussian(rows, width, offset, scale);
        try (var scope = Scope.open();
                var whole = Moments.of(Tensors.of(values, rows, width))) {
            for (int seed = 0; seed < 6; seed++) {
                try (Moments merged = merged(Tensors.of(values, rows, width), Keyed.of(seed), 1)) {
                    requireClose(merged, whole);
                }
            }
        }
    }

    @Test
    void partsOfDifferentSizeOfValuesAreMergedInOneUnit() {
        try (var scope = Scope.open();
                var small = Moments.of(Tensors.of(gaussian(3000, 3, 1, 1e-180), 3000, 3));
                var zero = Moments.of(Tensors.of(new double[3 * 2000], 2000, 3));
                var large = Moments.of(Tensors.of(gaussian(3000, 3, 1, 1e180), 3000, 3));
                var merged = new Moments(3)) {
            merged.merge(zero);
            merged.merge(small);
            assertThat(merged.mean()[0]).isBetween(1e-181, 1e-180);
            merged.merge(large);
            assertThat(merged.mean()[0]).isBetween(3.5e179, 4e179);
            assertThat(merged.rows()).isEqualTo(8000);
        }
    }

    /// In parts of a multiple of 256 rows, the constants that are subtracted are multiples of 1/256. So all
    /// sums are exact.
    @Test
    void meansOfWholeNumbersAreEqualInEveryBit() {
        double[] values = new double[8192 * 3];
        for (int i = 0; i < values.length; i++) {
            values[i] = Keyed.of(3, i).nextInt(1000);
        }
        try (var scope = Scope.open();
                var one = merged(Tensors.of(values, 8192, 3), Keyed.of(1), 256);
                var two = merged(Tensors.of(values, 8192, 3), Keyed.of(2), 256)) {
            assertThat(one.mean()).containsExactly(two.mean());
        }
    }

    @Test
    void theOtherMomentsDoNotChange() {
        try (var scope = Scope.open();
                var one = Moments.of(Tensors.of(gaussian(3000, 3, 1, 1), 3000, 3));
                var two = Moments.of(Tensors.of(gaussian(2000, 3, 7, 1e100), 2000, 3));
                var same = two.state().open()) {
            one.merge(two);
            assertThat(two.mean()).containsExactly(same.mean());
            assertThat(two.centered().singularValues())
                    .containsExactly(same.centered().singularValues());
        }
    }

    @ParameterizedTest
    @CsvSource({"5000, 3", "10, 3", "0, 3", "2048, 1500"})
    void theStateIsTheSameAfterSerialization(int rows, int width) throws Exception {
        try (var scope = Scope.open();
                var moments = Moments.of(
                        Tensors.of(gaussian(rows, width, 1, 1), rows, width).to(ScalarType.Float));
                var copy = copied(moments.state()).open()) {
            assertThat(copy.rows()).isEqualTo(rows);
            assertThat(copy.rounding()).isEqualTo(moments.rounding());
            if (rows > 0) {
                assertThat(copy.deviations()).containsExactly(moments.deviations());
                assertThat(copy.unitDeviations()).containsExactly(moments.unitDeviations());
                assertThat(copy.centered().singularValues())
                        .containsExactly(moments.centered().singularValues());
            }
        }
    }

    @Test
    void otherWidthsAreRefused() {
        try (var three = new Moments(3);
                var four = new Moments(4)) {
            assertThatThrownBy(() -> three.merge(four))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("found embeddings of 4 columns to merge, expected 3");
        }
    }

    /// Parts whose sizes are random multiples of a number, some empty, merged in random pairs.
    private static Moments merged(Tensor rows, Keyed random, int multiple) {
        List<Moments> parts = new ArrayList<>();
        long all = rows.size(0);
        for (long from = 0; from < all; ) {
            long count = Math.min(all - from, multiple * random.nextLong(0, all / (2L * multiple)));
            var part = new Moments((int) rows.size(1));
            if (count > 0) {
                part.add(rows.narrow(0, from, count));
            }
            parts.add(part);
            from += count;
        }
        while (parts.size() > 1) {
            Moments other = parts.remove(random.nextInt(parts.size()));
            parts.get(random.nextInt(parts.size())).merge(other);
            other.close();
        }
        return parts.getFirst();
    }

    private static void requireClose(Moments found, Moments expected) {
        assertThat(found.rows()).isEqualTo(expected.rows());
        assertThat(found.rounding()).isEqualTo(expected.rounding());
        close(found.mean(), expected.mean());
        close(found.deviations(), expected.deviations());
        close(found.unitDeviations(), expected.unitDeviations());
        close(new double[] {found.meanNorm()}, expected.meanNorm());
        close(found.raw().singularValues(), expected.raw().singularValues());
        close(found.centered().singularValues(), expected.centered().singularValues());
    }

    private static void close(double[] found, double... expected) {
        double largest = DoubleStream.of(expected).map(Math::abs).max().orElseThrow();
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            assertThat(Math.abs(found[i] - expected[i])).as("value %d", i).isLessThanOrEqualTo(1e-10 * largest);
        }
    }

    private static MomentsState copied(MomentsState state) throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(state);
        }
        try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (MomentsState) in.readObject();
        }
    }

    private static double[] gaussian(int rows, int width, double offset, double scale) {
        var random = Keyed.of(7, rows, width);
        double[] values = new double[rows * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = scale * (offset + random.nextGaussian());
        }
        return values;
    }
}
