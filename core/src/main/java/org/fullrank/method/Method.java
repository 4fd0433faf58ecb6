package org.fullrank.method;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Precision;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.Layer;
import org.fullrank.net.Mode;
import org.fullrank.net.NetworkBuilder;
import org.fullrank.net.Networks;
import org.fullrank.net.Parameter;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.objective.Objective;

/// A network together with the way its views meet an objective. One call makes the gradients of one batch.
public sealed interface Method extends AutoCloseable permits JointEmbedding, SelfDistillation {
    /// The prefix of the encoder's parameters in [#parameters].
    String ENCODER = "encoder";
    /// The prefix of the predictor's parameters in [#parameters], where there is one.
    String PREDICTOR = "predictor";

    /// What one batch gave.
    ///
    /// @param total the loss
    /// @param parts its terms by name
    /// @param measures what else the method knows of itself by name, such as the rank of each block
    /// @param embedding the embeddings of the first view, `[N, D]`, detached; owned by the caller's scope
    record Outcome(
            double total, SequencedMap<String, Double> parts, SequencedMap<String, Double> measures, Tensor embedding) {
        public Outcome(double total, SequencedMap<String, Double> parts, Tensor embedding) {
            this(total, parts, new LinkedHashMap<>(), embedding);
        }
    }

    /// Where and how to compute.
    record Setting(Device device, Precision precision, ScalarType type) {
        /// float32 parameters, the normal case.
        public static Setting of(Device device, Precision precision) {
            return new Setting(device, precision, ScalarType.Float);
        }
    }

    /// Puts the gradients of the loss of one whole batch into the parameter buffer.
    ///
    /// @param views V tensors `[N, C, H, W]` or `[N, F]`, on the device
    /// @param chunks into how many parts each view is cut to save memory; loss and gradient do not
    ///     depend on it, except that batch norm takes its statistics within a chunk
    /// @param step counts from 0 over the whole training; the key of what is drawn at random
    /// @throws InputException unless there are 1 to N chunks
    Outcome learn(List<Tensor> views, int chunks, long step);

    /// Called after the optimiser has moved the parameters by the gradients of step `step`: for what follows the
    /// parameters, such as a target network.
    default void stepped(long step, long totalSteps) {}

    /// What the method knows of its own state by name, such as the spectrum of a predictor; measured for records only.
    default SequencedMap<String, Double> measures() {
        return new LinkedHashMap<>();
    }

    /// The representation, `[N, C, H, W]` or `[N, F]` to `[N, D]`, in float32.
    Tensor encode(Tensor x, Mode mode);

    /// All numbers that an optimiser moves, with the running statistics beside them.
    ParameterBuffer parameters();

    /// Every buffer of the method by the prefix of its names in a checkpoint; the trained one has the empty prefix.
    default SequencedMap<String, ParameterBuffer> buffers() {
        var buffers = new LinkedHashMap<String, ParameterBuffer>();
        buffers.put("", parameters());
        return buffers;
    }

    @Override
    void close();

    /// Builds the networks of `spec` around an encoder.
    ///
    /// @param inputs channels or features of the input
    /// @param seed the key of the initial values
    static Method of(MethodSpec spec, EncoderSpec encoder, int inputs, long seed, Setting setting) {
        return switch (spec) {
            case MethodSpec.Joint joint -> {
                var net = new NetworkBuilder(seed);
                Layer backbone = Networks.encoder(net.in(ENCODER), encoder, inputs);
                Layer projector = Networks.projector(net.in("projector"), joint.projector(), encoder.features());
                Objective objective = joint.objective().objective();
                long[] memory = objective.memory(joint.projector().outputs(encoder.features()));
                Parameter remembered =
                        memory.length == 0 ? null : net.in("objective").statistic("memory", 0, memory);
                var parts = new JointEmbedding.Parts(
                        backbone, projector, remembered, net.build(setting.device(), setting.type()));
                yield new JointEmbedding(parts, objective, seed, setting);
            }
            case MethodSpec.Distillation distillation ->
                new SelfDistillation(distillation, encoder, inputs, seed, setting);
        };
    }
}
