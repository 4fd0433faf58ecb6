package org.fullrank.decompose;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.JobException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.SignalShape;
import org.fullrank.optim.Optimizer;
import org.fullrank.optim.OptimizerSpec;

/// One fit of the networks to a tensor. Each step changes all weights and inputs, updates the averaged
/// factors, and computes the held-out loss of the averaged factors. [JointFits] decides which averaged factors
/// are kept, and when the fit ends.
///
/// A fit owns all its native memory. Random draws depend only on the seed and the step. So a fit that
/// continues from its saved state takes the same steps, bit by bit, if the number of threads is the same.
final class FactorFit implements AutoCloseable {
    private final DecompositionSettings settings;
    private final FactorModel model;
    private final Optimizer optimizer;
    private final double scale; // of the measured values
    private final double tensorScale; // of the tensor; it is the same unless the values are linear measurements
    private final boolean symmetric; // one network makes both factors
    private final List<SignalShape> sides;
    private final FitObjective objective;
    private final Tensor heldOutValues; // [count], scaled
    private final List<Tensor> heldOutPlaces = new ArrayList<>(); // [count] each
    private final List<Tensor> average = new ArrayList<>(); // [n_k, R] of each network
    private final List<Tensor> best = new ArrayList<>(); // [n_k, R] of each network
    private final FitCurve curve = new FitCurve();
    private final List<Runnable> owned = new ArrayList<>(); // what frees the memory

    /// @param settings they suit the data
    /// @param split the fitted entries and the held-out entries of the data
    FactorFit(Observed data, DecompositionSettings settings, HeldOut split) {
        this.settings = settings;
        sides = settings.sides(data);
        symmetric = data instanceof SampleCovariance;
        scale = DataScale.of(split.fitted()).factor();
        Measurement map = data instanceof LinearMeasurements linear ? linear.map() : null;
        tensorScale = data instanceof LinearMeasurements linear ? scale * linear.gain() : scale;
        try {
            List<SignalShape> generated = symmetric ? sides.subList(0, 1) : sides;
            model = new FactorModel(settings, generated, ScalarType.Float);
            owned.add(model::close);
            optimizer = Optimizer.of(OptimizerSpec.Adam.defaults(), model.parameters());
            owned.add(optimizer::close);
            try (var scope = Scope.withoutGradients()) {
                PartialTensor fitted = split.fitted();
                Tensor measured = own(scope, matrix(fitted.values(), fitted).div(Tensors.scalar(scale)));
                Tensor weights = own(scope, matrix(fitted.weights(), fitted));
                objective = new FitObjective(settings, data.shape(), measured, weights, map, tensorScale / scale);
                int[] entries = split.entries();
                heldOutValues =
                        own(scope, Tensors.of(split.values(), entries.length).div(Tensors.scalar(scale)));
                List<Tensor> places = map == null ? Factors.places(entries, sizes()) : List.of(Tensors.of(entries));
                places.forEach(place -> heldOutPlaces.add(own(scope, place)));
                for (SignalShape side : generated) {
                    average.add(own(scope, zeros(side)));
                    best.add(own(scope, zeros(side)));
                }
            }
        } catch (RuntimeException e) { // out of memory
            release(owned);
            throw e;
        }
    }

    List<Integer> sizes() {
        return sides.stream().map(SignalShape::size).toList();
    }

    /// Keeps a tensor until this fit is closed.
    private Tensor own(Scope scope, Tensor tensor) {
        scope.keep(tensor);
        owned.add(tensor::close);
        return tensor;
    }

    private static void release(List<Runnable> owned) {
        owned.reversed().forEach(Runnable::run);
        owned.clear();
    }

    private Tensor zeros(SignalShape side) {
        return Tensors.zeros(Device.CPU, ScalarType.Float, side.size(), settings.rank());
    }

    /// One factor for each side, from one for each network.
    private List<Tensor> complete(List<Tensor> generated) {
        return symmetric ? List.of(generated.getFirst(), generated.getFirst()) : generated;
    }

    private static Tensor matrix(float[] values, PartialTensor data) {
        return Tensors.of(values, data.rows(), data.columns());
    }

    /// Takes one step.
    ///
    /// @throws JobException when the loss is not finite
    void step() {
        int step = curve.steps();
        try (var scope = Scope.open()) {
            model.parameters().clearGradients();
            List<Tensor> factors = model.factors(step);
            double value = objective.backward(Factors.product(complete(factors)));
            if (!Double.isFinite(value)) {
                throw new JobException("decompose: found the loss %s in step %d, expected a finite number; lower the"
                                .formatted(value, step + 1)
                        + " learning rate");
            }
            optimizer.step(settings.descent().learningRate(), step);
            try (var off = Gradients.off()) {
                for (int k = 0; k < average.size(); k++) {
                    double share = step == 0 ? 1 : 1 - settings.descent().averaging();
                    average.get(k).lerp_(factors.get(k), Tensors.scalar(share));
                }
                curve.add(value, heldOutLoss(), excess());
            }
        }
    }

    private double heldOutLoss() {
        return Tensors.value(heldOutLosses(average).mean());
    }

    private Tensor heldOutLosses(List<Tensor> factors) {
        List<Tensor> all = complete(factors);
        Tensor found = objective.map() == null
                ? Factors.entries(all, heldOutPlaces)
                : objective.fitted(Factors.product(all)).view(-1).index_select(0, heldOutPlaces.getFirst());
        return settings.loss().of(found, heldOutValues); // [count]
    }

    /// [FitCurve#excess] of the averaged factors.
    private double excess() {
        NoiseLevel noise = settings.stopping().noise();
        if (noise instanceof NoiseLevel.Unknown) {
            return Double.NaN;
        }
        Tensor fitted = objective.fitted(Factors.product(complete(average))); // [rows, columns]
        Tensor weights = objective.weights();
        Tensor squares =
                fitted.sub(objective.measured()).mul(Tensors.scalar(scale)).square();
        Tensor variance = noise.variance(fitted.mul(Tensors.scalar(scale)));
        return Tensors.value(squares.div(variance).mul(weights).sum().div(weights.sum()));
    }

    /// Keeps the averaged factors of the last step.
    void keep() {
        try (var off = Gradients.off()) {
            for (int k = 0; k < average.size(); k++) {
                best.get(k).copy_(average.get(k));
            }
        }
    }

    /// The loss of each held-out entry with the kept factors, in the units of the data.
    double[] heldOutLosses() {
        try (var scope = Scope.withoutGradients()) {
            return Tensors.doubles(heldOutLosses(best).mul(Tensors.scalar(unit())));
        }
    }

    /// The unit of the loss: the value, for the original data, of a loss of 1.
    double unit() {
        return Math.pow(scale, settings.loss().degree());
    }

    FactorModel model() {
        return model;
    }

    Optimizer optimizer() {
        return optimizer;
    }

    List<Tensor> average() {
        return average;
    }

    List<Tensor> best() {
        return best;
    }

    FitCurve curve() {
        return curve;
    }

    DecompositionSettings settings() {
        return settings;
    }

    /// The kept factors, `[n_k, R]` each, row-major, in the units of the data. Columns with a large norm come
    /// first.
    List<float[]> factors() {
        double share = Math.pow(tensorScale, 1.0 / sides.size());
        var factors = new ArrayList<float[]>();
        try (var scope = Scope.withoutGradients()) {
            complete(best).forEach(factor -> factors.add(Tensors.floats(factor.mul(Tensors.scalar(share)))));
        }
        return Factors.ordered(factors, settings.rank());
    }

    @Override
    public void close() {
        release(owned);
    }
}
