package org.fullrank.lab;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.engine.Device;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.Jacobian;
import org.fullrank.net.Layer;
import org.fullrank.net.Mode;
import org.fullrank.net.NetworkBuilder;
import org.fullrank.net.Networks;
import org.fullrank.net.NoisyCopies;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.net.ProjectorSpec;

/// A network of the library in float64 with the numbers of a [Perceptron] whose last layer has no ReLU.
///
/// It owns native memory and must be closed.
final class LibraryNetwork implements AutoCloseable {
    private final Layer.Chain layers;
    private final ParameterBuffer parameters;

    LibraryNetwork(Perceptron numbers) {
        List<Integer> widths =
                numbers.weights().stream().map(SimpleMatrix::getNumCols).toList();
        NetworkBuilder net = new NetworkBuilder(0);
        layers = Networks.projector(
                net,
                new ProjectorSpec(widths, false).withLastBias(true),
                numbers.weights().getFirst().getNumRows());
        parameters = net.build(Device.CPU, ScalarType.Double);
        List<SimpleMatrix> values = new ArrayList<>(); // in the order of memory: matrices first
        numbers.weights().forEach(w -> values.add(w.transpose()));
        values.addAll(numbers.biases());
        try (var scope = Scope.withoutGradients()) {
            for (int i = 0; i < values.size(); i++) {
                ParameterBuffer.Segment segment = parameters.segments().get(i);
                segment.view(parameters.values())
                        .copy_(ClosedFits.tensor(values.get(i)).view_as(segment.view(parameters.values())));
            }
        }
    }

    private Tensor forward(Tensor x) {
        return layers.forward(x, Mode.EVALUATE);
    }

    /// The Jacobian at a point, `[outputs, inputs]`.
    SimpleMatrix jacobian(double[] x) {
        try (var scope = Scope.open()) {
            Tensor jacobian = Jacobian.of(this::forward, Tensors.of(x, x.length));
            return new SimpleMatrix(Math.toIntExact(jacobian.size(0)), x.length, true, Tensors.doubles(jacobian));
        }
    }

    /// The outputs for `x + noise draws`, one draw for each row.
    NoisyCopies copies(double[] x, SimpleMatrix draws, double noise) {
        try (var scope = Scope.withoutGradients()) {
            return NoisyCopies.of(this::forward, Tensors.of(x, x.length), ClosedFits.tensor(draws), noise);
        }
    }

    @Override
    public void close() {
        parameters.close();
    }
}
