package org.fullrank.objective;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A regularizer added to the cross-entropy of two classes, in float32. Weight decay and labels leave the
/// embedding of `[N, 8]` one direction; a regularizer keeps the others.
class BesideSupervisedLossTest {
    private static final int ROWS = 64;
    private static final int INPUTS = 8;
    private static final int WIDTH = 8;
    private static final int STEPS = 400;
    private static final double RATE = 0.1;
    private static final double DECAY = 0.05;

    static Stream<Regularizer> regularizers() {
        return Stream.of(
                VarianceHinge.defaults(),
                LogVariance.defaults(),
                MeanSingularValue.defaults(),
                LogDetEntropy.defaults(),
                SlicedGaussianity.defaults(),
                HypersphereUniformity.defaults());
    }

    @ParameterizedTest
    @MethodSource("regularizers")
    void aRegularizerKeepsTheRankThatTheLabelsAloneLose(Regularizer regularizer) {
        Result alone = train(regularizer, 0);
        Result beside = train(regularizer, 1);
        assertThat(alone.loss()).isLessThan(0.6);
        assertThat(beside.loss()).isLessThan(0.6);
        assertThat(alone.rank()).isLessThan(1.6);
        assertThat(beside.rank()).isGreaterThan(alone.rank() + 1);
    }

    /// @param loss cross-entropy at the end
    /// @param rank participation ratio of the centered embedding
    private record Result(double loss, double rank) {}

    private static Result train(Regularizer regularizer, double weight) {
        try (var scope = Scope.open()) {
            Tensor x = noise(1, ROWS, INPUTS);
            int[] classes = new int[ROWS];
            float[] first = Tensors.floats(x.select(1, 0));
            for (int i = 0; i < ROWS; i++) {
                classes[i] = first[i] > 0 ? 1 : 0;
            }
            Tensor labels = Tensors.of(classes);
            Tensor embed = noise(2, INPUTS, WIDTH).mul(Tensors.scalar(0.3)).set_requires_grad(true);
            Tensor head = noise(3, WIDTH, 2).mul(Tensors.scalar(0.3)).set_requires_grad(true);
            for (int step = 0; step < STEPS; step++) {
                try (var inner = Scope.open()) {
                    Tensor z = x.mm(embed); // [N, D]
                    Tensor loss = torch.cross_entropy_loss(z.mm(head), labels);
                    loss.add(regularizer.evaluate(z, step).total().mul(Tensors.scalar(weight)))
                            .backward();
                    descend(embed);
                    descend(head);
                }
            }
            Tensor z = x.mm(embed.detach());
            return new Result(Tensors.value(torch.cross_entropy_loss(z.mm(head.detach()), labels)), participation(z));
        }
    }

    private static void descend(Tensor parameter) {
        try (var off = Gradients.off()) {
            parameter.sub_(parameter.grad().mul(Tensors.scalar(RATE)));
            parameter.mul_(Tensors.scalar(1 - RATE * DECAY));
            parameter.grad().zero_();
        }
    }

    private static double participation(Tensor z) {
        double[][] c = NaiveStatistics.covariance(Tensors.doubles(z), ROWS, WIDTH);
        double trace = 0;
        for (int j = 0; j < WIDTH; j++) {
            trace += c[j][j];
        }
        double squares = NaiveStatistics.offDiagonal(c);
        for (int j = 0; j < WIDTH; j++) {
            squares += c[j][j] * c[j][j];
        }
        return trace * trace / squares;
    }

    private static Tensor noise(long seed, int rows, int columns) {
        Keyed random = Keyed.of(seed);
        double[] values = new double[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextGaussian();
        }
        return Tensors.of(values, rows, columns).to(ScalarType.Float);
    }
}
