package org.fullrank.spectral;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.Function;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;
import org.fullrank.spectral.SpectralObjective.BarlowTwins;
import org.fullrank.spectral.SpectralObjective.Contrastive;
import org.fullrank.spectral.SpectralObjective.SpectralContrastive;
import org.fullrank.spectral.SpectralObjective.Vicreg;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Gradient descent on each objective, as it is written in the papers, finds the optimum of the closed form.
class GradientDescentTest {
    private static final int WIDTH = 3;

    private final Scope scope = Scope.open();
    private final Tensor x = Chain.x(); // [12, 3]
    private final Tensor graph = Chain.graph().times(torch.eye(Chain.SIZE, x.options())); // G, [12, 12]
    private final Tensor degrees = Reductions.sum(graph, 1); // [12, 1]

    @AfterEach
    void free() {
        scope.close();
    }

    /// @param rate of descent for free embeddings
    record Case(SpectralObjective objective, double rate, double linearRate) {}

    static Stream<Case> objectives() {
        return Stream.of(
                new Case(new Vicreg(.8, false), .1, .01),
                new Case(new Vicreg(.8, true), 1, .1),
                new Case(new Contrastive(), .03, .003),
                new Case(new SpectralContrastive(), 1, .3));
    }

    @ParameterizedTest
    @MethodSource("objectives")
    void freeEmbeddingsReachTheClosedForm(Case c) {
        double closed = ClosedForm.of(c.objective)
                .withWidth(WIDTH)
                .fit(Chain.graph())
                .report()
                .loss();
        Tensor z = RelationTest.random(Chain.SIZE, WIDTH).mul(Tensors.scalar(.3));
        assertThat(descend(z, c.rate, z_ -> loss(c.objective, z_))).isCloseTo(closed, within(1e-8));
    }

    @ParameterizedTest
    @MethodSource("objectives")
    void linearMapsReachTheClosedForm(Case c) {
        SpectralMap map =
                ClosedForm.of(c.objective).withWidth(2).fit(Chain.graph(), SampleRows.of(x), new FeatureMap.Inputs(3));
        Tensor w = RelationTest.random(3, 2).mul(Tensors.scalar(.3));
        double found = descend(w, c.linearRate, w_ -> loss(c.objective, x.matmul(w_)));
        assertThat(found).isCloseTo(map.report().loss(), within(1e-8));
        assertThat(Tensors.value(loss(c.objective, map.embed(x))))
                .isCloseTo(map.report().loss(), within(1e-9));
    }

    @Test
    void smallWeightsReachTheBarlowTwinsMapOfLeastNorm() {
        SpectralMap map = ClosedForm.of(new BarlowTwins(false))
                .withWidth(2)
                .fit(Chain.graph(), SampleRows.of(x), new FeatureMap.Inputs(3));
        Tensor w = RelationTest.random(3, 2).mul(Tensors.scalar(1e-4));
        double loss = descend(w, .1, w_ -> loss(new BarlowTwins(false), x.matmul(w_)));
        assertThat(loss).isCloseTo(map.report().loss(), within(1e-8));
        Tensor closed = Tensors.of(map.coefficients(), 3, 2);
        assertThat(Tensors.doubles(w.matmul(w.t())))
                .containsExactly(Tensors.doubles(closed.matmul(closed.t())), within(1e-3));
    }

    @Test
    void aHairBesideTheOptimumTheLossIsHigher() {
        for (Case c : objectives().toList()) {
            SpectralEmbedding z = ClosedForm.of(c.objective).withWidth(WIDTH).fit(Chain.graph());
            double least = Tensors.value(loss(c.objective, z.tensor()));
            assertThat(least).isCloseTo(z.report().loss(), within(1e-9));
            Tensor moved = z.tensor().mul(Tensors.scalar(1.001));
            assertThat(Tensors.value(loss(c.objective, moved))).isGreaterThan(least + 1e-9);
        }
    }

    private Tensor loss(SpectralObjective objective, Tensor z) {
        return switch (objective) {
            case Vicreg(double beta, boolean normalized) -> {
                Tensor y = normalized ? z.div(Tensors.scalar(Math.sqrt(Chain.SIZE))) : z;
                Tensor centered = y.sub(Reductions.means(y));
                Tensor laplacian = torch.diag(degrees.view(-1)).sub(graph);
                Tensor energy = y.mul(laplacian.matmul(y)).sum();
                yield distance(centered.t().matmul(centered)).add(energy.mul(Tensors.scalar(beta)));
            }
            case Contrastive _ -> {
                Tensor rest = z.matmul(z.t()).sub(graph).sub(torch.eye(Chain.SIZE, z.options()));
                yield rest.mul(rest).sum();
            }
            case SpectralContrastive _ -> {
                Tensor weights = graph.div(graph.sum());
                Tensor shares = degrees.div(graph.sum()); // [N, 1]
                Tensor products = z.matmul(z.t());
                Tensor attraction = weights.mul(products).sum().mul(Tensors.scalar(-2));
                yield attraction.add(
                        shares.matmul(shares.t()).mul(products.mul(products)).sum());
            }
            case BarlowTwins _ -> {
                Tensor mean = degrees.t().matmul(z).div(degrees.sum());
                Tensor centered = z.sub(mean);
                yield distance(centered.t().matmul(graph).matmul(centered).div(graph.sum()));
            }
        };
    }

    private static Tensor distance(Tensor matrix) {
        Tensor rest = matrix.sub(torch.eye(matrix.size(0), matrix.options()));
        return rest.mul(rest).sum();
    }

    /// Plain gradient descent from `start`, which ends at the optimum. Returns the loss there.
    private static double descend(Tensor start, double rate, Function<Tensor, Tensor> loss) {
        start.requires_grad_(true);
        double value = Double.NaN;
        for (int step = 0; step < 20_000; step++) {
            try (var inner = Scope.open()) {
                Tensor now = loss.apply(start);
                now.backward();
                value = Tensors.value(now);
                double steepest = Tensors.value(start.grad().abs().max());
                start.data().sub_(start.grad().mul(Tensors.scalar(rate)));
                start.mutable_grad().zero_();
                if (steepest < 1e-6 && step > 200) {
                    break;
                }
            }
        }
        start.requires_grad_(false);
        return value;
    }
}
