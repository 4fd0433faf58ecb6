package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.lab.MemoryNet.Activation;
import org.fullrank.lab.MemoryNet.Batch;
import org.fullrank.lab.MemoryNet.Form;
import org.fullrank.lab.MemoryNet.Loss;
import org.fullrank.lab.MemoryNet.Memory;
import org.fullrank.linalg.OrthogonalUpdate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MemoryTasksTest {
    private static final Setting QUICK = new Setting(Setting.SEED, true, null);

    private static Tensor noise(long key, int... shape) {
        int count = 1;
        long[] sizes = new long[shape.length];
        for (int i = 0; i < shape.length; i++) {
            sizes[i] = shape[i];
            count *= shape[i];
        }
        return Tensors.of(VectorMath.gaussian(Keyed.of(key), count, 1), sizes);
    }

    static Stream<Arguments> losses() {
        return Stream.of(
                Arguments.of(MemoryNet.SQUARED, 1, Activation.RELU), // only the last output counts
                Arguments.of(MemoryNet.SQUARED, 5, Activation.RELU),
                Arguments.of(MemoryNet.CROSS_ENTROPY, 1, Activation.MODRELU),
                Arguments.of(MemoryNet.CROSS_ENTROPY, 5, Activation.MODRELU));
    }

    @ParameterizedTest
    @MethodSource("losses")
    void theGradientEqualsFiniteDifferences(Loss loss, int read, Activation activation) {
        try (var scope = Scope.withoutGradients()) {
            double[][] start = MemoryNet.rotations(4, Keyed.of(1));
            var form = new Form(2, 3, activation);
            var net = new MemoryNet(Memory.TRAINED, loss, OrthogonalUpdate.GEODESIC::apply, form, start, Keyed.of(2));
            Tensor targets = loss == MemoryNet.SQUARED
                    ? noise(4, read, 6, 3)
                    : noise(4, read, 6, 3).softmax(-1);
            var batch = new Batch(noise(3, 5, 6, 2), targets);
            List<Tensor> gradients = net.slope(batch).gradients();
            assertThat(gradients).hasSameSizeAs(net.parameters());
            for (int p = 0; p < gradients.size(); p++) {
                Tensor flat = net.parameters().get(p).view(-1);
                double[] gradient = Tensors.doubles(gradients.get(p));
                for (int i = 0; i < gradient.length; i++) {
                    Tensor value = flat.narrow(0, i, 1);
                    value.add_(Tensors.scalar(1e-6));
                    double above = net.slope(batch).loss();
                    value.sub_(Tensors.scalar(2e-6));
                    double below = net.slope(batch).loss();
                    value.add_(Tensors.scalar(1e-6));
                    assertThat(gradient[i])
                            .as("parameter %d, %d", p, i)
                            .isCloseTo((above - below) / 2e-6, within(1e-7));
                }
            }
        }
    }

    @Test
    void aWrongTurnOrStartFailsAClaimOfTheCopyTask() {
        Map<String, Experiment> errors = Map.of(
                "against the descent",
                new CopyTask((u, change) -> OrthogonalUpdate.GEODESIC.apply(u, change.times(-1)), MemoryNet::rotations),
                "not projected",
                new CopyTask((u, change) -> u.add_(change.product()), MemoryNet::rotations),
                "not turned",
                new CopyTask((u, change) -> {}, MemoryNet::rotations),
                "start that shrinks the state",
                new CopyTask(OrthogonalUpdate.GEODESIC::apply, (n, random) -> {
                    double[][] u = MemoryNet.rotations(n, random);
                    for (double[] row : u) {
                        for (int i = 0; i < n; i++) {
                            row[i] *= 0.5;
                        }
                    }
                    return u;
                }));
        errors.forEach((error, experiment) -> assertThat(experiment.run(QUICK).count(ClaimVerdict.FAILS))
                .as(error)
                .isPositive());
    }

    @Test
    void aWrongTurnFailsAClaimOfTheAddingTask() {
        Map<String, Experiment> errors = Map.of(
                "against the descent",
                new AddingTask((u, change) -> OrthogonalUpdate.GEODESIC.apply(u, change.times(-1))),
                "not projected",
                new AddingTask((u, change) -> u.add_(change.product())),
                "not turned",
                new AddingTask((u, change) -> {}));
        errors.forEach((error, experiment) -> assertThat(experiment.run(QUICK).count(ClaimVerdict.FAILS))
                .as(error)
                .isPositive());
    }
}
