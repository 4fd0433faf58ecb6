package org.fullrank.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.LowRank;
import org.fullrank.linalg.RankSampler;
import org.fullrank.linalg.Reductions;
import org.fullrank.optim.OptimizerSpec;
import org.jspecify.annotations.Nullable;

/// A recurrent network `h' = phi(W x + U h)` with the output `V h + c`, and its training by RMSprop. U moves
/// by changes of rank one. The numbers are float64, and the gradient is backpropagation through time. The scope
/// in which a network is made owns its numbers.
final class MemoryNet implements SequenceNet {
    /// The rate of U is the rate of all others divided by this number, as in the code of projUNN.
    static final double DIVIDER = 32;

    private static final OptimizerSpec.Rmsprop RMSPROP = OptimizerSpec.Rmsprop.defaults();
    private static final int RANK = 1;
    private static final double BIAS = 0.01;

    /// What becomes of the recurrent matrix.
    enum Memory {
        /// It moves by [Turn], in a direction of the sketch of the paper.
        TRAINED("trained orthogonal U", RankSampler.Sketch.defaults()),
        /// It moves by [Turn], in a direction of a sketch with one power step.
        POWER("trained orthogonal U, power step", new RankSampler.Sketch(1)),
        /// It keeps its initial value.
        FROZEN("frozen orthogonal U", null),
        /// It is 0, so the network sees only the current step.
        NONE("no memory", null);

        private final String label;
        private final @Nullable RankSampler sampler;

        Memory(String label, @Nullable RankSampler sampler) {
            this.label = label;
            this.sampler = sampler;
        }

        String label() {
            return label;
        }
    }

    /// The function phi of the units, with one bias b for each unit.
    enum Activation {
        /// `relu(z)`, without b.
        RELU {
            @Override
            Tensor of(Tensor z, Tensor b) {
                return z.relu();
            }

            @Override
            Tensor slope(Tensor slope, Tensor state) {
                return torch.threshold_backward(slope, state, Tensors.scalar(0));
            }
        },
        /// `sign(z) relu(|z| + b)` (Arjovsky, Shah, Bengio 2016). For b = 0 it is the identity.
        MODRELU {
            @Override
            Tensor of(Tensor z, Tensor b) {
                return z.sign().mul(z.abs().add(b).relu());
            }

            @Override
            Tensor slope(Tensor slope, Tensor state) {
                return slope.mul(state.ne(Tensors.scalar(0)));
            }
        };

        /// @param z `[B, n]`
        /// @param b `[n]`
        abstract Tensor of(Tensor z, Tensor b);

        /// The slope in z from that in the state `of(z, b)`.
        abstract Tensor slope(Tensor slope, Tensor state);
    }

    /// Moves an orthogonal matrix in place by a change of low rank.
    @FunctionalInterface
    interface Turn {
        void apply(Tensor u, LowRank change);
    }

    /// Sequences with their targets.
    ///
    /// @param inputs `[L, B, inputs]`
    /// @param targets `[L, B, outputs]`, or `[1, B, outputs]` if only the last output counts
    record Batch(Tensor inputs, Tensor targets) {}

    /// The loss of outputs, and its slope in them.
    interface Loss {
        /// @return one number
        double value(Tensor outputs, Tensor targets);

        /// @return the shape of the outputs
        Tensor slope(Tensor outputs, Tensor targets);
    }

    /// The mean cross-entropy; targets are one-hot.
    static final Loss CROSS_ENTROPY = new Loss() {
        @Override
        public double value(Tensor outputs, Tensor targets) {
            double rows = (double) outputs.numel() / outputs.size(-1);
            return -Tensors.value(outputs.log_softmax(-1).mul(targets).sum()) / rows;
        }

        @Override
        public Tensor slope(Tensor outputs, Tensor targets) {
            double rows = (double) outputs.numel() / outputs.size(-1);
            return torch.softmax(outputs, -1).sub(targets).div(Tensors.scalar(rows));
        }
    };

    /// The mean squared error.
    static final Loss SQUARED = new Loss() {
        @Override
        public double value(Tensor outputs, Tensor targets) {
            return Tensors.value(outputs.sub(targets).square().mean());
        }

        @Override
        public Tensor slope(Tensor outputs, Tensor targets) {
            return outputs.sub(targets).mul(Tensors.scalar(2.0 / outputs.numel()));
        }
    };

    private final Memory memory;
    private final Activation activation;
    private final Loss loss;
    private final Turn turn;
    private final Tensor w; // [n, inputs]
    private final Tensor u; // [n, n]
    private final Tensor v; // [outputs, n]
    private final Tensor c; // [outputs]
    private final Tensor b; // [n], for MODRELU
    private final List<Tensor> squares; // moving averages of squared gradients of u, w, v, c, b

    /// A network with a given U, which is copied. W has Xavier's uniform distribution, V has that of PyTorch's
    /// linear layers, and c is 0. The biases of modReLU are uniform in +-0.01, as in the code of projUNN.
    MemoryNet(Memory memory, Loss loss, Turn turn, Form form, double[][] start, RandomGenerator random) {
        int n = start.length;
        this.memory = memory;
        this.activation = form.activation;
        this.loss = loss;
        this.turn = turn;
        w = uniform(Math.sqrt(6.0 / (n + form.inputs)), random, n, form.inputs);
        u = memory == Memory.NONE ? zeros(n, n) : Tensors.of(start);
        v = uniform(1 / Math.sqrt(n), random, form.outputs, n);
        c = zeros(form.outputs);
        b = activation == Activation.RELU
                ? zeros(n)
                : uniform(BIAS, random, 1, n).flatten();
        squares = List.of(zeros(n, n), zeros(n, form.inputs), zeros(form.outputs, n), zeros(form.outputs), zeros(n));
    }

    /// The numbers of inputs and outputs of a step, and the function of the units.
    record Form(int inputs, int outputs, Activation activation) {
        Form(int inputs, int outputs) {
            this(inputs, outputs, Activation.RELU);
        }
    }

    private static Tensor zeros(long... shape) {
        return Tensors.zeros(Device.CPU, ScalarType.Double, shape);
    }

    private static Tensor uniform(double limit, RandomGenerator random, int rows, int columns) {
        double[] values = new double[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextDouble(-limit, limit);
        }
        return Tensors.of(values, rows, columns);
    }

    /// Rotations of pairs of units by angles uniform in +-pi (Henaff, Szlam, LeCun 2016).
    static double[][] rotations(int n, RandomGenerator random) {
        double[][] u = new double[n][n];
        for (int i = 0; i + 1 < n; i += 2) {
            double angle = random.nextDouble(-Math.PI, Math.PI);
            u[i][i] = StrictMath.cos(angle);
            u[i + 1][i + 1] = u[i][i];
            u[i][i + 1] = -StrictMath.sin(angle);
            u[i + 1][i] = -u[i][i + 1];
        }
        if (n % 2 == 1) {
            u[n - 1][n - 1] = 1;
        }
        return u;
    }

    /// The identity.
    static double[][] identity(int n) {
        double[][] u = new double[n][n];
        for (int i = 0; i < n; i++) {
            u[i][i] = 1;
        }
        return u;
    }

    /// The states of all steps, `[L + 1, B, n]`. The first is 0.
    private Tensor states(Tensor inputs) {
        long length = inputs.size(0);
        Tensor drive = torch.linear(inputs, w); // [L, B, n]
        Tensor states = zeros(length + 1, inputs.size(1), u.size(0));
        for (long t = 0; t < length; t++) {
            try (var scope = Scope.open()) {
                Tensor z = drive.select(0, t).addmm(states.select(0, t), u.t()); // [B, n]
                states.select(0, t + 1).copy_(activation.of(z, b));
            }
        }
        return states;
    }

    private Tensor outputs(Tensor states, Tensor targets) {
        long read = targets.size(0);
        return torch.linear(states.narrow(0, states.size(0) - read, read), v).add(c); // [read, B, outputs]
    }

    /// Makes a step of RMSprop.
    ///
    /// @param random for the sketches of the gradient of U
    /// @return the loss before the step
    @Override
    public double step(Batch batch, double rate, RandomGenerator random) {
        try (var scope = Scope.withoutGradients()) {
            Slope slope = slope(batch);
            if (memory.sampler != null) {
                Tensor change = change(0, slope.gradients.getFirst(), rate).div(Tensors.scalar(DIVIDER));
                turn.apply(u, memory.sampler.sample(change, RANK, random));
            }
            for (int i = 1; i < parameters().size(); i++) {
                parameters().get(i).add_(change(i, slope.gradients.get(i), rate));
            }
            return slope.loss;
        }
    }

    /// The loss of a batch and its gradient in each of [#parameters].
    record Slope(double loss, List<Tensor> gradients) {}

    /// The scope of the caller owns the gradients.
    Slope slope(Batch batch) {
        Tensor states = states(batch.inputs);
        Tensor outputs = outputs(states, batch.targets);
        return new Slope(
                loss.value(outputs, batch.targets), gradients(batch, states, loss.slope(outputs, batch.targets)));
    }

    /// U, W, V, c, and b if the units have it.
    List<Tensor> parameters() {
        return activation == Activation.RELU ? List.of(u, w, v, c) : List.of(u, w, v, c, b);
    }

    private Tensor change(int i, Tensor gradient, double rate) {
        Tensor square = squares.get(i);
        square.mul_(Tensors.scalar(RMSPROP.alpha())).addcmul_(gradient, gradient, Tensors.scalar(1 - RMSPROP.alpha()));
        return gradient.div(square.sqrt().add(Tensors.scalar(RMSPROP.epsilon())))
                .mul(Tensors.scalar(-rate));
    }

    /// The gradients of [#parameters].
    ///
    /// @param slope of the outputs, `[read, B, outputs]`
    private List<Tensor> gradients(Batch batch, Tensor states, Tensor slope) {
        long length = batch.inputs.size(0);
        long read = slope.size(0);
        Tensor outer = slope.flatten(0, 1); // [read * B, outputs]
        Tensor seen = states.narrow(0, length + 1 - read, read).flatten(0, 1); // [read * B, n]
        Tensor direct = slope.matmul(v); // [read, B, n]
        Tensor inner = zeros(length, batch.inputs.size(1), u.size(0)); // slopes before phi
        for (long t = length - 1; t >= 0; t--) {
            try (var scope = Scope.open()) {
                Tensor back = t + 1 < length ? inner.select(0, t + 1).mm(u) : zeros(batch.inputs.size(1), u.size(0));
                long own = t - (length - read);
                Tensor whole = own < 0 ? back : back.add(direct.select(0, own));
                inner.select(0, t).copy_(activation.slope(whole, states.select(0, t + 1)));
            }
        }
        Tensor flat = inner.flatten(0, 1).t(); // [n, L * B]
        List<Tensor> gradients = new ArrayList<>(List.of(
                flat.mm(states.narrow(0, 0, length).flatten(0, 1)),
                flat.mm(batch.inputs.flatten(0, 1)),
                outer.t().mm(seen),
                Reductions.sum(outer, 0).flatten()));
        if (activation == Activation.MODRELU) {
            Tensor signed = inner.mul(states.narrow(0, 1, length).sign()); // slopes in b, [L, B, n]
            gradients.add(Reductions.sum(signed.flatten(0, 1), 0).flatten());
        }
        return gradients;
    }

    @Override
    public long[] answers(Batch batch) {
        try (var scope = Scope.withoutGradients()) {
            Tensor last = outputs(states(batch.inputs), batch.targets).select(0, -1); // [B, outputs]
            return Tensors.longs(last.argmax(new LongOptional(1), false));
        }
    }

    /// The recurrent matrix.
    Tensor recurrent() {
        return u;
    }
}
