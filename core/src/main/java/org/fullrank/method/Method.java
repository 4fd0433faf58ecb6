package org.fullrank.method;

import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Precision;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.Layer;
import org.fullrank.net.Mode;
import org.fullrank.net.NetworkBuilder;
import org.fullrank.net.Networks;
import org.fullrank.net.ParameterBuffer;

/// A network together with the way its views meet an objective. One call makes the gradients of one batch.
public sealed interface Method extends AutoCloseable permits JointEmbedding {
    /// The prefix of the encoder's parameters in [#parameters].
    String ENCODER = "encoder";

    /// What one batch gave.
    ///
    /// @param total the loss
    /// @param parts its terms by name
    /// @param embedding the embeddings of the first view, `[N, D]`, detached; owned by the caller's scope
    record Outcome(double total, SequencedMap<String, Double> parts, Tensor embedding) {}

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
    Outcome learn(List<Tensor> views, int chunks);

    /// The representation, `[N, C, H, W]` or `[N, F]` to `[N, D]`, in float32.
    Tensor encode(Tensor x, Mode mode);

    /// All numbers of the network.
    ParameterBuffer parameters();

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
                yield new JointEmbedding(
                        backbone,
                        projector,
                        net.build(setting.device(), setting.type()),
                        joint.objective().objective(),
                        setting);
            }
        };
    }
}
