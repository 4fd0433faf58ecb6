package org.fullrank.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GlooWorkersTest {
    private static final int LENGTH = 1001;

    /// Numbers whose sum depends on the order of addition.
    private static double[] own(int rank) {
        var random = Keyed.of(3, rank);
        return random.doubles(LENGTH).map(x -> (x - 0.5) * Math.pow(10, 6 * x)).toArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void theSumHasTheSameBitsOnAllWorkers(int size) {
        List<double[]> sums = WorkerThreads.run(size, group -> {
            try (var scope = Scope.open()) {
                Tensor t = Tensors.of(own(group.rank()), LENGTH);
                group.sum(t);
                return Tensors.doubles(t);
            }
        });
        for (double[] sum : sums) {
            assertThat(sum).containsExactly(sums.getFirst());
        }
        for (int i = 0; i < LENGTH; i++) {
            double expected = 0;
            for (int rank = 0; rank < size; rank++) {
                expected += own(rank)[i];
            }
            assertThat(sums.getFirst()[i]).isCloseTo(expected, org.assertj.core.data.Offset.offset(1e-9));
        }
    }

    @Test
    void tensorsThatAreNotContiguousAreSummedInPlace() {
        List<double[]> sums = WorkerThreads.run(2, group -> {
            try (var scope = Scope.open()) {
                Tensor whole = Tensors.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
                group.sum(whole.t());
                return Tensors.doubles(whole);
            }
        });
        assertThat(sums.getLast()).containsExactly(2, 4, 6, 8, 10, 12);
    }

    @Test
    void gatheredRowsAreInTheOrderOfTheWorkers() {
        List<double[]> rows = WorkerThreads.run(3, group -> {
            try (var scope = Scope.open()) {
                return Tensors.doubles(group.gather(Tensors.of(new double[] {group.rank(), 7}, 1, 2)));
            }
        });
        assertThat(rows).allSatisfy(all -> assertThat(all).containsExactly(0, 7, 1, 7, 2, 7));
    }

    @Test
    void workerZeroTellsNumbersAndTexts() {
        List<String> told = WorkerThreads.run(3, group -> {
            boolean first = group.isFirst();
            double[] numbers = group.broadcast(first ? 1.5 : 0, first ? -2 : 0);
            return Arrays.toString(numbers)
                    + group.broadcast(first ? "größer" : "")
                    + group.broadcast("")
                    + group.sum(group.rank() + 1L);
        });
        assertThat(told).containsOnly("[1.5, -2.0]größer6");
    }

    @Test
    void aSharedValueGetsTheGradientsOfAllWorkers() {
        List<double[]> gradients = WorkerThreads.run(2, group -> {
            try (var scope = Scope.open()) {
                Tensor own = Tensors.of(new double[] {group.rank() + 1.0}, 1).set_requires_grad(true);
                Tensor shared = own.mul(Tensors.scalar(3));
                group.sumGradient(shared);
                shared.mul(Tensors.scalar(group.rank() == 0 ? 10 : 100)).sum().backward();
                return Tensors.doubles(own.grad());
            }
        });
        assertThat(gradients).allSatisfy(g -> assertThat(g).containsExactly(330));
    }

    @Test
    void theOthersFailWhenAWorkerEnds() {
        assertThatThrownBy(() -> WorkerThreads.run(3, group -> {
                    try (var scope = Scope.open()) {
                        if (group.rank() == 1) {
                            return 0; // its connections close
                        }
                        group.sum(Tensors.zeros(Device.CPU, ScalarType.Double, LENGTH));
                        return 1;
                    }
                }))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("lost the connection to another worker")
                .hasMessageContaining("--resume")
                .hasMessageNotContaining("\n");
    }

    @Test
    void operationsAndHooksDoNotGrowTheResidentSet() {
        ResidentSet.assumeReadable();
        List<Long> grown = WorkerThreads.run(2, group -> {
            long before = 0;
            for (int i = 0; i < 600; i++) {
                before = i == 200 ? ResidentSet.megabytes() : before;
                try (var scope = Scope.open()) {
                    Tensor own =
                            Tensors.zeros(Device.CPU, ScalarType.Float, 1 << 16).set_requires_grad(true);
                    Tensor shared = own.add(Tensors.scalar(1));
                    group.sumGradient(shared);
                    shared.sum().backward();
                    group.gather(own);
                    group.sum(own.grad());
                }
            }
            return ResidentSet.megabytes() - before;
        });
        assertThat(grown).allSatisfy(mb -> assertThat(mb).isLessThan(64)); // 400 steps handle 400 MB
    }
}
