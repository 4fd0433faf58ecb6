package org.fullrank.preflight;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.data.Dataset;
import org.fullrank.data.TrainTest;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.probe.Protocol;
import org.fullrank.view.InputShape;

/// The time of the diagnosis, the pictures and the evaluation after a training. It is computed from the
/// measured time to encode an item, the number of operations of the probes, and the measured rate of a matrix
/// product.
final class AfterTraining {
    /// Rows that the diagnosis and the pictures encode.
    private static final int SHOWN = 3000;
    /// Seconds of the diagnosis, the map and the charts: 5 with the built-in shapes on two cores. They hardly
    /// depend on the data.
    private static final double SHOWING = 5;
    /// Steps of a linear probe. In 19 small evaluations, fits needed 6 to 101.
    private static final int LINEAR_STEPS = 50;
    /// Operations for each weight and row in such a step: products forward and backward.
    private static final int LINEAR_OPERATIONS = 4;
    /// How many times slower than a large product the operations of the probes are: 4 with the built-in shapes on two
    /// cores.
    private static final int SLOWER = 4;
    /// Side of the matrices whose product is timed: tens of milliseconds.
    private static final int SIDE = 1024;

    private AfterTraining() {}

    /// @param encodeSeconds time to encode an item
    static double seconds(Rehearsal rehearsal, Dataset data, double encodeSeconds) {
        double shown = SHOWING + Math.min(SHOWN, data.pretraining().size()) * encodeSeconds;
        try {
            TrainTest items = data.forEvaluation();
            return shown + evaluation(rehearsal, data, items, encodeSeconds);
        } catch (InputException e) {
            return shown; // no labels, or too few: then there is no evaluation
        }
    }

    private static double evaluation(Rehearsal rehearsal, Dataset data, TrainTest items, double encodeSeconds) {
        long train = items.train().size();
        long test = items.test().size();
        long encoder = rehearsal.recipe().encoder().features();
        long raw = raw(rehearsal.views().shape());
        double widths = 2.0 * encoder + raw; // of the encoder, of the untrained one, and of raw input
        widths += Math.min(raw, encoder); // of the PCA to the width of the encoder
        for (int pca : Protocol.PCA_WIDTHS) {
            widths += Math.min(raw, pca);
        }
        double neighbors = 2.0 * train * test * widths;
        double linear = (double) LINEAR_STEPS
                * LINEAR_OPERATIONS
                * train
                * widths
                * data.classNames().size();
        double covariance = 2.0 * train * raw * Math.min(raw, train);
        return 2 * (train + test) * encodeSeconds + SLOWER * (neighbors + linear + covariance) / operationsPerSecond();
    }

    /// Number of raw values of an item. The evaluation shrinks large images.
    private static long raw(InputShape shape) {
        return shape instanceof InputShape.Image image
                ? (long) Math.min(image.height(), Protocol.RAW_SIDE)
                        * Math.min(image.width(), Protocol.RAW_SIDE)
                        * image.channels()
                : shape.values();
    }

    private static double operationsPerSecond() {
        try (var scope = Scope.withoutGradients()) {
            Tensor zeros = Tensors.zeros(Device.CPU, ScalarType.Float, SIDE, SIDE);
            zeros.matmul(zeros); // the first product loads code
            long begin = System.nanoTime();
            zeros.matmul(zeros);
            return 2 * Math.pow(SIDE, 3) / ((System.nanoTime() - begin) / 1e9);
        }
    }
}
