package org.fullrank.decompose;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Tensors;
import org.fullrank.net.NetworkBuilder;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.net.SignalGenerator;
import org.fullrank.net.SignalShape;

/// The networks that generate the factors of one tensor (Saragadam, Balestriero, Veeraraghavan, Baraniuk,
/// "DeepTensor", 2022). One buffer holds all weights and inputs.
final class FactorModel implements AutoCloseable {
    private static final long INPUT_NOISE = Keyed.name("input noise of factors");

    private final DecompositionSettings settings;
    private final List<SignalGenerator> generators = new ArrayList<>();
    private final ParameterBuffer parameters;

    /// @param type Float; Double for tests of exact derivatives
    FactorModel(DecompositionSettings settings, List<SignalShape> sides, ScalarType type) {
        this.settings = settings;
        var net = new NetworkBuilder(settings.seed());
        for (int k = 0; k < sides.size(); k++) {
            generators.add(settings.network().build(net.in("factor" + k), sides.get(k), settings.rank()));
        }
        parameters = net.build(Device.CPU, type);
    }

    ParameterBuffer parameters() {
        return parameters;
    }

    /// The factors `[n_k, R]`, one for each side.
    ///
    /// @param step selects the random noise that is added to the inputs of the networks
    List<Tensor> factors(long step) {
        var factors = new ArrayList<Tensor>();
        for (int k = 0; k < generators.size(); k++) {
            SignalGenerator generator = generators.get(k);
            Tensor noise = noise(step, k, generator.inputCount());
            factors.add(settings.sign(k, generators.size()).apply(generator.generate(noise)));
        }
        return factors;
    }

    private Tensor noise(long step, int factor, int count) {
        double deviation = settings.descent().inputNoise();
        if (deviation == 0) {
            return Tensors.zeros(Device.CPU, parameters.type(), count);
        }
        Keyed random = Keyed.of(settings.seed(), INPUT_NOISE, step, factor);
        float[] noise = new float[count];
        for (int i = 0; i < count; i++) {
            noise[i] = (float) (deviation * random.nextGaussian());
        }
        return Tensors.of(noise, count).to(parameters.type());
    }

    /// The mean loss of the fitted entries.
    ///
    /// @param product of the factors, `[rows, columns]`
    /// @param measured scaled entries `[rows, columns]`, 0 where missing
    /// @param weights 1 for a fitted entry, 0 for the others
    static Tensor loss(FitLoss loss, Tensor product, Tensor measured, Tensor weights) {
        return loss.of(product, measured).mul(weights).sum().div(weights.sum());
    }

    @Override
    public void close() {
        parameters.close();
    }
}
