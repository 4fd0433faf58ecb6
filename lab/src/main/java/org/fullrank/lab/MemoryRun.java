package org.fullrank.lab;

import java.util.Arrays;
import org.fullrank.engine.Scope;
import org.fullrank.lab.MemoryNet.Batch;
import org.fullrank.lab.MemoryNet.Memory;
import org.fullrank.linalg.Orthogonal;

/// The training of a [MemoryNet] on drawn batches.
///
/// @param memory what became of the recurrent matrix
/// @param losses the loss of each step
/// @param error `max |U' U - I|` after the training
record MemoryRun(Memory memory, double[] losses, double error) {
    /// A point of a curve is the mean over this share of the steps.
    private static final int POINTS = 40;

    /// Draws a batch. Its tensors belong to the scope of the caller.
    interface Draw {
        Batch batch(int step);
    }

    static MemoryRun of(MemoryNet net, Memory memory, Draw draw, double rate, int steps, Setting setting, String name) {
        double[] losses = new double[steps];
        for (int step = 0; step < steps; step++) {
            try (var scope = Scope.open()) {
                losses[step] = net.step(draw.batch(step), rate, setting.random(name + " sketch", step));
            }
        }
        return new MemoryRun(memory, losses, Orthogonal.error(net.recurrent()));
    }

    /// The mean loss of the quarter `k` of the steps, from 0.
    double quarter(int k) {
        return mean(k, 4);
    }

    /// The mean loss of the last eighth.
    double lastEighth() {
        return mean(7, 8);
    }

    /// The mean loss of one of so many equal parts of the steps, from 0.
    double mean(int part, int parts) {
        int size = losses.length / parts;
        return VectorMath.mean(Arrays.copyOfRange(losses, part * size, (part + 1) * size));
    }

    /// The mean loss of the last quarter.
    double last() {
        return quarter(3);
    }

    /// The curve of the loss, each point the mean of some steps.
    Series.Line curve(Series.Color color) {
        int width = Math.max(1, losses.length / POINTS);
        int points = losses.length / width;
        double[] x = new double[points];
        double[] y = new double[points];
        for (int i = 0; i < points; i++) {
            x[i] = (i + 0.5) * width;
            y[i] = VectorMath.mean(Arrays.copyOfRange(losses, i * width, (i + 1) * width));
        }
        return Series.line(memory.label(), color, x, y);
    }
}
