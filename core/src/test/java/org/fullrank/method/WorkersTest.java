package org.fullrank.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.Threads;
import org.fullrank.engine.WorkerGroup;
import org.fullrank.engine.WorkerThreads;
import org.fullrank.method.WorkerCase.Trained;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Loss, gradient and trained weights of k workers with m chunks are those of one worker, for every objective
/// and every method.
///
/// `-Dfullrank.workers.steps=200` trains longer and prints a table, and `-Dfullrank.workers.only=REGEX` chooses
/// methods.
class WorkersTest {
    /// Steps of a training of the ordinary build.
    private static final int FEW = 2;

    private static final int STEPS = Integer.getInteger("fullrank.workers.steps", FEW);

    private static final Pattern ONLY = Pattern.compile(System.getProperty("fullrank.workers.only", ""));

    /// The workers are threads of this process. With two threads each, they would wait for each other.
    @BeforeAll
    static void useOneThread() {
        Threads.use(1);
    }

    @AfterAll
    static void useAllThreads() {
        Threads.use(Threads.resolve(0));
    }

    /// One line of the table.
    ///
    /// @param rounding by which float32 differs from float64 on one worker; 0 for float64
    /// @param sensitivity by which the weights of one worker differ if the last digits of its data differ; 0 if
    ///     unknown
    private record Line(
            WorkerCase which, ScalarType type, double gradient, double state, double rounding, double sensitivity) {
        /// The most by which loss and gradient may differ.
        double tolerance() {
            double exact = which.norms() ? 1e-10 : 1e-12;
            // Some processors round products of other shapes up to 2e-6 apart.
            return type == ScalarType.Double ? exact : Math.max(5e-6, 4 * rounding);
        }

        /// The most by which the weights may differ. Steps may enlarge a difference, above all where a method
        /// inverts a matrix or chooses the hardest items.
        double stateTolerance() {
            double few = type == ScalarType.Double ? 1e-8 : 1e-2;
            double many = type == ScalarType.Double ? 1e-8 : 1e-1; // a last digit does not show every choice
            return Math.max(STEPS == FEW ? few : many, 1000 * sensitivity);
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 3", "3, 1", "4, 2"})
    void workersGiveLossGradientAndWeightsOfOneWorker(int workers, int chunks) {
        List<WorkerCase> cases = WorkerCase.all().stream()
                .filter(each -> ONLY.matcher(each.toString()).find())
                .toList();
        boolean both = STEPS > FEW || workers == 2; // one number of workers suffices to see float32
        List<ScalarType> types = both ? List.of(ScalarType.Double, ScalarType.Float) : List.of(ScalarType.Double);
        List<List<Trained>> found = WorkerThreads.run(
                workers,
                group -> cases.stream()
                        .flatMap(each -> types.stream().map(type -> each.train(group, chunks, type, STEPS)))
                        .toList());
        var lines = new ArrayList<Line>();
        for (WorkerCase each : cases) {
            Trained exact = each.train(WorkerGroup.single(), each.norms() ? chunks : 1, ScalarType.Double, STEPS);
            for (ScalarType type : types) {
                Trained alone = type == ScalarType.Double
                        ? exact
                        : each.train(WorkerGroup.single(), each.norms() ? chunks : 1, type, STEPS);
                Trained first = found.getFirst().get(lines.size());
                for (List<Trained> worker : found) {
                    assertThat(worker.get(lines.size()))
                            .as(each.name())
                            .usingRecursiveComparison()
                            .isEqualTo(first);
                }
                double sensitivity = STEPS == FEW
                        ? 0
                        : each.nudged(each.norms() ? chunks : 1, type, STEPS).stateDiffers(alone);
                lines.add(new Line(
                        each,
                        type,
                        first.differs(alone),
                        first.stateDiffers(alone),
                        alone.differs(exact),
                        sensitivity));
            }
        }
        if (STEPS > FEW) {
            print(workers, chunks, lines);
        }
        SoftAssertions.assertSoftly(all -> lines.forEach(line -> {
            all.assertThat(line.gradient()).as(line.toString()).isLessThan(line.tolerance());
            all.assertThat(line.state()).as(line.toString()).isLessThan(line.stateTolerance());
        }));
    }

    private static void print(int workers, int chunks, List<Line> lines) {
        System.out.printf(
                Locale.ROOT,
                "%n%d workers x %d chunks against 1 worker, largest relative difference; rounding: of 1 worker against float64; last digit: weights of 1 worker whose data differ in the last digit%n%-52s %-6s %10s %10s %10s %10s%n",
                workers,
                chunks,
                "method",
                "type",
                "gradient",
                "rounding",
                "weights",
                "last digit");
        lines.forEach(line -> System.out.printf(
                Locale.ROOT,
                "%-52s %-6s %10.1e %10.1e %10.1e %10.1e%n",
                line.which(),
                line.type(),
                line.gradient(),
                line.rounding(),
                line.state(),
                line.sensitivity()));
    }

    @Test
    void theGradientsOfTheTermsAreThoseOfTheWholeBatch() {
        List<WorkerCase> cases =
                WorkerCase.all().stream().filter(WorkerCase::norms).toList();
        List<List<double[]>> found = WorkerThreads.run(
                2, group -> cases.stream().map(each -> each.terms(group, 2)).toList());
        for (int i = 0; i < cases.size(); i++) {
            double[] expected = cases.get(i).terms(WorkerGroup.single(), 2);
            for (int t = 0; t < expected.length; t++) {
                assertThat(found.getFirst().get(i)[t])
                        .as(cases.get(i).toString())
                        .isCloseTo(expected[t], within(1e-9 * Math.max(1e-3, expected[t])));
            }
        }
    }

    /// Errors that libraries for several processes have had.
    enum Fault {
        /// The mean of the gradients in place of the sum.
        MEAN(false, group -> new FaultyGroup(group) {
            @Override
            public void sum(Tensor t) {
                super.sum(t);
                try (var off = Gradients.off()) {
                    t.div_(Tensors.scalar(size()));
                }
            }
        }),
        /// Each worker computes the loss of its own rows.
        LOCAL_ROWS(false, group -> new FaultyGroup(group) {
            @Override
            public Tensor gather(Tensor own) {
                return Tensors.cat(Collections.nCopies(size(), own.detach()));
            }
        }),
        /// Batch norms share their statistics, but not the gradient of these.
        LOCAL_GRADIENT(true, group -> new FaultyGroup(group) {
            @Override
            public void sumGradient(Tensor t) {}
        });

        private final boolean ofNorms;
        private final UnaryOperator<WorkerGroup> planted;

        Fault(boolean ofNorms, UnaryOperator<WorkerGroup> planted) {
            this.ofNorms = ofNorms;
            this.planted = planted;
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPlantedFaultIsCaughtInEveryMethod(Fault fault) {
        List<WorkerCase> cases = WorkerCase.all().stream()
                .filter(each -> each.norms() || !fault.ofNorms)
                .toList();
        List<Trained> found = WorkerThreads.run(
                        2,
                        group -> cases.stream()
                                .map(each -> each.train(fault.planted.apply(group), 1, ScalarType.Double, 1))
                                .toList())
                .getFirst();
        for (int i = 0; i < cases.size(); i++) {
            Trained expected = cases.get(i).train(WorkerGroup.single(), 1, ScalarType.Double, 1);
            assertThat(found.get(i).differs(expected))
                    .as(cases.get(i).toString())
                    .isGreaterThan(1e-6);
        }
    }

    /// Does what a group does, until a method is overridden.
    private static class FaultyGroup implements WorkerGroup {
        private final WorkerGroup group;

        FaultyGroup(WorkerGroup group) {
            this.group = group;
        }

        @Override
        public int rank() {
            return group.rank();
        }

        @Override
        public int size() {
            return group.size();
        }

        /// The number of rows stays right.
        @Override
        public long sum(long own) {
            return group.sum(own);
        }

        @Override
        public void sum(Tensor t) {
            group.sum(t);
        }

        @Override
        public Tensor gather(Tensor own) {
            return group.gather(own);
        }

        @Override
        public void broadcast(Tensor t) {
            group.broadcast(t);
        }

        @Override
        public void sumGradient(Tensor t) {
            group.sumGradient(t);
        }

        @Override
        public void close() {}
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void theSharesOfTheWorkersAreTheWholeBatchInOrder(int workers) {
        var share = new RowShare(11, 2, workers);
        int[] rows = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
        var seen = new ArrayList<Integer>();
        for (int worker = 0; worker < workers; worker++) {
            int[] own = share.of(rows, worker);
            assertThat(own).isSorted().hasSize((int) share.count(worker));
            for (int row : own) {
                seen.add(row);
            }
        }
        assertThat(seen).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    }

    @Test
    void moreWorkersThanRowsOfAChunkAreRefused() {
        assertThatThrownBy(() -> new RowShare(10, 3, 4))
                .isInstanceOf(InputException.class)
                .hasMessage("workers: found 4, expected at most 3, the rows of a chunk; lower train.chunks or raise"
                        + " train.batch");
    }
}
