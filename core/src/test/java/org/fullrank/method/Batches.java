package org.fullrank.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.view.InputShape;

/// Two correlated views in float64, and what every method must do with them.
final class Batches {
    private Batches() {}

    /// The shape of one row of a batch `[N, F]` or `[N, C, H, W]`.
    static InputShape input(long... batch) {
        int[] sizes = Arrays.stream(batch).mapToInt(Math::toIntExact).toArray();
        return sizes.length == 2
                ? new InputShape.Features(sizes[1])
                : new InputShape.Image(sizes[1], sizes[2], sizes[3]);
    }

    /// Two views of `shape`, the first size being the rows.
    static List<Tensor> views(long... shape) {
        return List.of(view(1, shape), view(2, shape));
    }

    private static Tensor view(int v, long... shape) {
        double[] values = new double[Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b))];
        var shared = Keyed.of(5);
        var own = Keyed.of(5, v);
        for (int i = 0; i < values.length; i++) {
            values[i] = shared.nextGaussian() + 0.5 * own.nextGaussian();
        }
        return Tensors.of(values, shape);
    }

    /// Loss, parts and gradient of a batch in `chunks` are those of the whole batch.
    static void assertChunksEqualWhole(Supplier<Method> methods, int chunks, long... shape) {
        try (var scope = Scope.open();
                var one = methods.get();
                var many = methods.get()) {
            Method.Outcome whole = one.learn(views(shape), 1, 0);
            Method.Outcome cut = many.learn(views(shape), chunks, 0);
            assertThat(cut.total()).isCloseTo(whole.total(), within(1e-12 * Math.abs(whole.total())));
            assertThat(cut.parts().keySet())
                    .containsExactlyElementsOf(whole.parts().keySet());
            double[] expected = Tensors.doubles(one.parameters().gradients());
            double[] found = Tensors.doubles(many.parameters().gradients());
            double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
            assertThat(largest).isPositive();
            for (int i = 0; i < expected.length; i++) {
                assertThat(found[i]).isCloseTo(expected[i], within(1e-12 * largest));
            }
        }
    }

    /// The derivative of `value` by the parameter at `index`, by central differences.
    static double derivative(Method method, int index, ToDoubleFunction<Method.Outcome> value, long... shape) {
        double step = 1e-6;
        return (moved(method, index, step, value, shape) - moved(method, index, -step, value, shape)) / (2 * step);
    }

    private static double moved(
            Method method, int index, double by, ToDoubleFunction<Method.Outcome> value, long... shape) {
        try (var scope = Scope.open();
                var off = Gradients.off()) {
            Tensor parameter = method.parameters().values().narrow(0, index, 1);
            parameter.add_(Tensors.scalar(by));
            double result;
            try (var on = Gradients.on()) {
                result = value.applyAsDouble(method.learn(views(shape), 1, 0));
            }
            parameter.sub_(Tensors.scalar(by));
            return result;
        }
    }
}
