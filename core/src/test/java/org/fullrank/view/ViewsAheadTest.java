package org.fullrank.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Vectors;
import org.fullrank.engine.Device;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.api.Test;

class ViewsAheadTest {
    private static final int N = 60;
    private static final int F = 7;
    private static final int BATCH = 20;

    private final ViewGenerator generator =
            new VectorViewGenerator(Vectors.of(values(), F), new VectorViews(3, 0.5, 0.2, 0.1, true), 1, 2);

    private static float[] values() {
        Keyed random = Keyed.of(4);
        float[] values = new float[N * F];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static int[] batch(int step) {
        return IntStream.range(0, BATCH).map(i -> (7 * i + 20 * step) % N).toArray();
    }

    private void assertSame(List<Tensor> views, int[] indices, int epoch) {
        assertThat(views).hasSize(3);
        for (int v = 0; v < views.size(); v++) {
            Tensor expected = ViewTensors.view(generator, indices, epoch, v, Device.CPU);
            assertThat(Tensors.floats(views.get(v))).isEqualTo(Tensors.floats(expected));
        }
    }

    @Test
    void preparedViewsHaveTheBitsOfViewsThatAreMadeWhenNeeded() {
        try (var ahead = new ViewsAhead(generator, BATCH, Device.CPU)) {
            for (int step = 0; step < 50; step++) {
                try (var scope = Scope.open()) {
                    List<Tensor> views = ahead.take(batch(step), step / 3);
                    ahead.prepare(batch(step + 1), (step + 1) / 3);
                    assertSame(views, batch(step), step / 3);
                }
            }
        }
    }

    @Test
    void anotherBatchThanThePreparedOneIsMadeAtOnce() {
        try (var scope = Scope.open();
                var ahead = new ViewsAhead(generator, BATCH, Device.CPU)) {
            ahead.prepare(batch(1), 0);
            assertSame(ahead.take(batch(2), 0), batch(2), 0);
            ahead.prepare(batch(1), 0);
            assertSame(ahead.take(batch(1), 5), batch(1), 5);
            assertSame(ahead.take(batch(0), 0), batch(0), 0);
        }
    }

    @Test
    void anErrorInTheBackgroundReachesTheCaller() {
        int[] outside = batch(0);
        outside[3] = N;
        try (var scope = Scope.open();
                var ahead = new ViewsAhead(generator, BATCH, Device.CPU)) {
            ahead.prepare(outside, 0);
            assertThatThrownBy(() -> ahead.take(outside, 0)).isInstanceOf(IndexOutOfBoundsException.class);
            assertSame(ahead.take(batch(0), 0), batch(0), 0);
        }
    }
}
