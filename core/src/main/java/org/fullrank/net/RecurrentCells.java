package org.fullrank.net;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.Device;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Scope;

/// The layers of recurrent networks, `[B, L, in]` to the states of all steps `[B, L, width]`. The state before
/// the first step is 0.
final class RecurrentCells {
    /// Initial biases of modReLU are uniform up to this size, as in the code of projUNN (Kiani et al. 2022).
    static final double BIAS = 0.01;

    private RecurrentCells() {}

    /// The orthogonal cell: `h' = modReLU(W x + U h)`, with modReLU(z) = sign(z) (|z| + b)_+ (Arjovsky et al.
    /// 2016). U is orthogonal after every step of every optimizer, because it is the exponential of a
    /// skew-symmetric matrix, `U = exp(A - A')` (Lezcano-Casado and Martínez-Rubio 2019). So is the U of a
    /// moving average of the parameters. The initial U consists of rotations of pairs of units by angles
    /// uniform in +-pi (Henaff et al. 2016).
    static Layer orthogonal(NetworkBuilder net, int in, int width) {
        Parameter input = net.parameter("weight_ih", new Init.FanInUniform(in), width, in);
        Parameter generator = net.generator("generator", width);
        Parameter bias = net.parameter("bias", new Init.SymmetricUniform(BIAS), width);
        Layer layer = NonFiniteTrace.layer("orthogonal cell", net.path(), (x, mode) -> {
            LinearRegions.curved("orthogonal cell"); // modReLU jumps where its bias is positive
            Tensor a = generator.tensor();
            var states = new ArrayList<Tensor>();
            // In bfloat16, U would change the length of a state by .2 % in each step.
            try (var exact = Precision.FP32.autocast(Device.of(x))) {
                Tensor turned = turned(a);
                Tensor driven = torch.linear(x.to(a.scalar_type()), input.tensor()); // [B, L, width]
                Tensor state = driven.new_zeros(x.size(0), width); // [B, width]
                for (long t = 0; t < x.size(1); t++) {
                    state = step(driven, t, state, turned, bias.tensor());
                    states.add(state);
                }
                return torch.stack(new TensorVector(states.toArray(Tensor[]::new)), 1); // [B, L, width]
            } finally {
                states.forEach(Tensor::close);
            }
        });
        return layer.written((graph, x) ->
                graph.modReluStates(graph.linear(x, input.tensor(), null), turned(generator.tensor()), bias.tensor()));
    }

    /// The transpose of U = exp(A - A'), `[width, width]`.
    private static Tensor turned(Tensor a) {
        return torch.matrix_exp(a.t().sub(a));
    }

    /// The state after a step. The scope frees all other tensors of the step, so that evaluation needs memory
    /// only for the states. In training, the engine keeps what the gradient needs.
    private static Tensor step(Tensor driven, long t, Tensor state, Tensor turned, Tensor bias) {
        try (var scope = Scope.open()) {
            Tensor z = driven.select(1, t).add(state.mm(turned));
            return scope.keep(z.sign().mul(z.abs().add(bias).relu()));
        }
    }

    /// The gated recurrent unit, with the parameters and initial values of PyTorch's `GRU`.
    static Layer gru(NetworkBuilder net, int in, int width) {
        Gates gates = Gates.declare(net, 3, in, width);
        Layer layer = NonFiniteTrace.layer("gru", net.path(), (x, mode) -> {
            LinearRegions.curved("gru");
            return torch.gru(x, gates.start(x), gates.vector(), true, 1, 0, mode != Mode.EVALUATE, false, true)
                    .get0();
        });
        return layer.written((graph, x) -> graph.gru(x, gates.written()));
    }

    /// The long short-term memory, with the parameters and initial values of PyTorch's `LSTM`.
    static Layer lstm(NetworkBuilder net, int in, int width) {
        Gates gates = Gates.declare(net, 4, in, width);
        Layer layer = NonFiniteTrace.layer("lstm", net.path(), (x, mode) -> {
            LinearRegions.curved("lstm");
            var start = new TensorVector(gates.start(x), gates.start(x));
            return torch.lstm(x, start, gates.vector(), true, 1, 0, mode != Mode.EVALUATE, false, true)
                    .get0();
        });
        return layer.written((graph, x) -> graph.lstm(x, gates.written()));
    }

    /// The parameters of a gated cell.
    private record Gates(int width, List<Parameter> parameters) {
        /// @param count gates of the cell
        static Gates declare(NetworkBuilder net, int count, int in, int width) {
            var init = new Init.FanInUniform(width);
            return new Gates(
                    width,
                    List.of(
                            net.parameter("weight_ih", init, count * width, in),
                            net.parameter("weight_hh", init, count * width, width),
                            net.parameter("bias_ih", init, count * width),
                            net.parameter("bias_hh", init, count * width)));
        }

        TensorVector vector() {
            return new TensorVector(parameters.stream().map(Parameter::tensor).toArray(Tensor[]::new));
        }

        GraphWriter.Gates written() {
            return new GraphWriter.Gates(
                    parameters.get(0).tensor(),
                    parameters.get(1).tensor(),
                    parameters.get(2).tensor(),
                    parameters.get(3).tensor());
        }

        /// The state before the first step, `[1, B, width]`.
        Tensor start(Tensor x) {
            return x.new_zeros(1, x.size(0), width);
        }
    }
}
