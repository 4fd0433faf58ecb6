package org.fullrank.method;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Precision;
import org.fullrank.engine.WorkerGroup;
import org.fullrank.net.Encoder;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.Layer;
import org.fullrank.net.Mode;
import org.fullrank.net.NetworkBuilder;
import org.fullrank.net.Networks;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.optim.GroupSpec;
import org.fullrank.view.InputShape;
import org.jspecify.annotations.Nullable;

/// A network, and the way in which its views and its objective are connected. One call of a method computes
/// the gradients of one batch.
public sealed interface Method extends AutoCloseable
        permits JointEmbedding, SelfDistillation, LayerLocal, FittedMap, MetricLearning {
    /// The prefix of the encoder's parameters in [#parameters].
    String ENCODER = "encoder";
    /// The prefix of the predictor's parameters in [#parameters], if there is a predictor.
    String PREDICTOR = GroupSpec.PREDICTOR;

    /// The results of one batch.
    ///
    /// @param total the loss
    /// @param parts its terms by name
    /// @param measures other measures of the method by name, such as the rank of a predictor
    /// @param layers pooled outputs `[N, C]` of the blocks in [#watched] for the first view, detached;
    ///     owned by the caller's scope
    /// @param embedding the embeddings of the first view, `[N, D]`, detached; owned by the caller's scope
    record Outcome(
            double total,
            SequencedMap<String, Double> parts,
            SequencedMap<String, Double> measures,
            SequencedMap<String, Tensor> layers,
            Tensor embedding) {
        public Outcome(
                double total,
                SequencedMap<String, Double> parts,
                SequencedMap<String, Double> measures,
                Tensor embedding) {
            this(total, parts, measures, new LinkedHashMap<>(), embedding);
        }
    }

    /// The views of the items of one batch, and their classes.
    ///
    /// @param views V tensors `[N, C, H, W]` or `[N, F]`, on the device; with more workers, the rows of this
    ///     worker
    /// @param classes class of each item of the whole batch, `[N]`; empty if the items have none
    record Batch(List<Tensor> views, int[] classes) {
        /// Without classes.
        public Batch(List<Tensor> views) {
            this(views, new int[0]);
        }
    }

    /// The device, the precision, the parameter type, and the workers that compute each batch together.
    record Setting(Device device, Precision precision, ScalarType type, WorkerGroup workers) {
        /// Without other workers.
        public Setting(Device device, Precision precision, ScalarType type) {
            this(device, precision, type, WorkerGroup.single());
        }

        /// With float32 parameters, the normal case.
        public static Setting of(Device device, Precision precision) {
            return new Setting(device, precision, ScalarType.Float);
        }

        /// The same with other workers.
        public Setting with(WorkerGroup workers) {
            return new Setting(device, precision, type, workers);
        }
    }

    /// Computes the gradients of the loss of one whole batch and stores them in the parameter buffer. With more
    /// workers, all of them call it, and all get the same result.
    ///
    /// @param views V tensors `[N, C, H, W]` or `[N, F]`, on the device. With more workers, they have only the
    ///     rows of this worker, see [RowShare]
    /// @param chunks number of parts into which each view is divided to save memory. Loss and gradient do not
    ///     depend on it, except that batch norm uses the statistics of a chunk
    /// @param step counts from 0 over the whole training; it is the key of random draws
    /// @throws InputException unless there are 1 to N chunks
    Outcome learn(List<Tensor> views, int chunks, long step);

    /// The same with the classes of the items. Most methods ignore them.
    ///
    /// @throws InputException when the method needs classes and they do not suffice
    default Outcome learn(Batch batch, int chunks, long step) {
        return learn(batch.views(), chunks, step);
    }

    /// The gradient of one weighted term of the loss.
    ///
    /// @param embeddings norm of the gradient with respect to the embeddings of all views, and of all blocks
    ///     if each block has its own
    /// @param encoder norm of the gradient with respect to the parameters of the encoder
    /// @param setting the key of the method that the gradient is proportional to, such as
    ///     `objective.variance`; null if there is none
    record TermGradient(
            double embeddings, double encoder, @Nullable String setting) {}

    /// The gradient of each weighted loss term separately, by name. It runs forward and backward once per
    /// term, and it changes running statistics, gradients and memories. So use it on a temporary copy.
    ///
    /// @param views as in [#learn]
    SequencedMap<String, TermGradient> termGradients(List<Tensor> views, int chunks, long step);

    /// The same with the classes of the items.
    default SequencedMap<String, TermGradient> termGradients(Batch batch, int chunks, long step) {
        return termGradients(batch.views(), chunks, step);
    }

    /// Called after the optimizer has updated the parameters with the gradients of step `step`. It updates
    /// everything that follows the parameters, such as a target network.
    default void stepped(long step, long totalSteps) {}

    /// The encoder, which is kept after training.
    Encoder encoder();

    /// The device, the precision and the parameter type of this method.
    Setting setting();

    /// Measures of the method's own state by name, such as the spectrum of a predictor. They are computed
    /// only for log records.
    default SequencedMap<String, Double> measures() {
        return new LinkedHashMap<>();
    }

    /// The representation, `[N, C, H, W]` or `[N, F]` to `[N, D]`, in float32.
    default Tensor encode(Tensor x, Mode mode) {
        return encode(x, mode, List.of()).getFirst();
    }

    /// The representation, followed by the pooled outputs `[N, C]` of the named blocks of the encoder, from one
    /// pass.
    ///
    /// @throws InputException when there is no such block
    default List<Tensor> encode(Tensor x, Mode mode, List<String> blocks) {
        try (var autocast = setting().precision().autocast(setting().device())) {
            return encoder().forward(x, mode, blocks).stream()
                    .map(y -> y.to(setting().type()))
                    .toList();
        }
    }

    /// The blocks that the method trains directly. Training logs their rank and spread and probes them.
    default List<String> watched() {
        return List.of();
    }

    /// The embedding that the objective acts on, `[N, C, H, W]` or `[N, F]` to `[N, E]`, in float32: the
    /// representation itself if there is no projector.
    default Tensor embed(Tensor x, Mode mode) {
        return project(encode(x, mode), mode);
    }

    /// The projector's output for representations, `[N, D]` to `[N, E]`, in float32. Without a projector, it
    /// returns the representations.
    default Tensor project(Tensor representations, Mode mode) {
        try (var autocast = setting().precision().autocast(setting().device())) {
            return projector().forward(representations, mode).to(setting().type());
        }
    }

    /// Measures of the method for a check, by name, in addition to those of its embeddings. They describe the
    /// predictor and the target of self-distillation.
    ///
    /// @param embeddings of plain items, `[N, E]`
    default SequencedMap<String, Double> inspect(Tensor embeddings) {
        return new LinkedHashMap<>();
    }

    /// The outputs of the projector's layers for representations `[N, D]`, in float32. The last output is the
    /// embedding. Without a projector, it is empty.
    default List<Tensor> head(Tensor representation, Mode mode) {
        try (var autocast = setting().precision().autocast(setting().device())) {
            return projector().outputs(representation, mode).stream()
                    .map(y -> y.to(setting().type()))
                    .toList();
        }
    }

    /// The layers between representation and embedding. If each block has its own layers, these are the
    /// layers of the last block.
    Layer.Chain projector();

    /// All parameters that the optimizer updates, and the running statistics.
    ParameterBuffer parameters();

    /// Every buffer of the method by the prefix of its names in a checkpoint. The buffer of trained
    /// parameters has the empty prefix.
    default SequencedMap<String, ParameterBuffer> buffers() {
        var buffers = new LinkedHashMap<String, ParameterBuffer>();
        buffers.put("", parameters());
        return buffers;
    }

    @Override
    default void close() {
        parameters().close();
    }

    /// Builds the networks of `spec` around an encoder.
    ///
    /// @param input the shape of one view
    /// @param seed the key of the initial values
    static Method of(MethodSpec spec, EncoderSpec encoder, InputShape input, long seed, Setting setting) {
        spec.requireTrains(encoder);
        var net = new NetworkBuilder(seed, setting.workers());
        Encoder backbone = encoder.build(net.in(ENCODER), input);
        return switch (spec) {
            case MethodSpec.Joint joint -> {
                joint.inner().forEach(inner -> backbone.block(inner.layer()));
                Layer.Chain projector = Networks.projector(net.in("projector"), joint.projector(), encoder.features());
                int width = joint.projector().outputs(encoder.features());
                var criterion = Criterion.declare(net.in("objective"), joint.objective(), width, seed);
                ParameterBuffer parameters = net.build(setting.device(), setting.type());
                yield new JointEmbedding(
                        new JointEmbedding.Parts(backbone, projector, criterion, joint.inner(), parameters), setting);
            }
            case MethodSpec.Metric metric -> {
                Layer.Chain projector = Networks.projector(net.in("projector"), metric.projector(), encoder.features());
                ParameterBuffer parameters = net.build(setting.device(), setting.type());
                yield new MetricLearning(
                        new MetricLearning.Parts(backbone, projector, metric.loss(), parameters), setting);
            }
            case MethodSpec.Local local -> {
                var teachers = new ArrayList<LayerLocal.Teacher>();
                for (Encoder.Block block : backbone.blocks()) {
                    Layer.Chain head =
                            Networks.blockHead(net.in("projector").in(block.name()), local.projector(), block.width());
                    int width = local.projector().isEmpty()
                            ? block.width()
                            : local.projector().getLast();
                    long key = Keyed.of(seed, Keyed.name(block.name())).nextLong();
                    teachers.add(new LayerLocal.Teacher(
                            head,
                            Criterion.declare(net.in("objective").in(block.name()), local.objective(), width, key)));
                }
                yield new LayerLocal(backbone, teachers, net.build(setting.device(), setting.type()), setting);
            }
            case MethodSpec.ClosedForm _ ->
                new FittedMap(backbone, net.buildFitted(setting.device(), FittedMap.TYPE), setting);
            case MethodSpec.Distillation distillation ->
                new SelfDistillation(distillation, encoder, input, seed, setting);
        };
    }
}
