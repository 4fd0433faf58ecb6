package org.fullrank.lab;

import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Tensors;

/// Items of many classes: a part that tells the class, and a larger part that tells nothing.
///
/// @param centers center of each class in the part that tells it, `[classes][SIGNAL]`
record ClassClouds(double[][] centers) implements MetricTask.Classes {
    static final int SIGNAL = 16;
    static final int WIDTH = 64;

    /// Deviation of the items of a class from its center; centers have the deviation 1.
    private static final double WITHIN = 0.5;
    /// Deviation of the numbers that tell nothing.
    private static final double NUISANCE = 1;

    static ClassClouds draw(RandomGenerator random, int classes) {
        double[][] centers = new double[classes][SIGNAL];
        for (double[] center : centers) {
            for (int j = 0; j < SIGNAL; j++) {
                center[j] = random.nextGaussian();
            }
        }
        return new ClassClouds(centers);
    }

    @Override
    public int width() {
        return WIDTH;
    }

    @Override
    public int count() {
        return centers.length;
    }

    /// New items of these classes, `[N, WIDTH]` in float32.
    @Override
    public Tensor items(RandomGenerator random, int[] classes) {
        double[] values = new double[classes.length * WIDTH];
        for (int i = 0; i < values.length; i++) {
            int j = i % WIDTH;
            values[i] = j < SIGNAL
                    ? centers[classes[i / WIDTH]][j] + WITHIN * random.nextGaussian()
                    : NUISANCE * random.nextGaussian();
        }
        return Tensors.of(values, classes.length, WIDTH).to(ScalarType.Float);
    }
}
