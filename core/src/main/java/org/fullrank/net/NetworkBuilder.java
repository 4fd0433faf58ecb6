package org.fullrank.net;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.WorkerGroup;
import org.fullrank.net.ParameterBuffer.Kind;

/// Collects the parameters that layers declare. The builder then stores the parameters in one buffer. The
/// initial value of a parameter depends only on the seed and the name of the parameter.
public final class NetworkBuilder {
    /// Dimensions of the filters of an image, `[out, in, H, W]`.
    private static final int FILTERS = 4;

    private static final long INITIALISATION = Keyed.name("initialisation");

    private record Declaration(String name, List<Long> sizes, Kind kind, Init init, Parameter handle) {
        boolean isMatrix() {
            return kind != Kind.VECTOR;
        }

        long count() {
            return sizes.stream().reduce(1L, Math::multiplyExact);
        }
    }

    private final long seed;
    private final List<Declaration> parameters;
    private final List<Declaration> statistics;
    private final String prefix;
    private final WorkerGroup workers;

    /// A builder of networks that get whole batches.
    public NetworkBuilder(long seed) {
        this(seed, WorkerGroup.single());
    }

    /// A builder of networks that get a part of each batch on each worker.
    ///
    /// @param workers whose parts belong to one batch. Batch norms take their statistics over all of them
    public NetworkBuilder(long seed, WorkerGroup workers) {
        this(seed, new ArrayList<>(), new ArrayList<>(), "", workers);
    }

    private NetworkBuilder(
            long seed, List<Declaration> parameters, List<Declaration> statistics, String prefix, WorkerGroup workers) {
        this.seed = seed;
        this.parameters = parameters;
        this.statistics = statistics;
        this.prefix = prefix;
        this.workers = workers;
    }

    /// A builder for parameters whose names begin with `name`, such as `layer1.0.conv1`.
    public NetworkBuilder in(String name) {
        return new NetworkBuilder(seed, parameters, statistics, prefix + name + ".", workers);
    }

    /// A builder for the same buffer, whose layers get the whole batch on each worker.
    public NetworkBuilder onWholeBatches() {
        return new NetworkBuilder(seed, parameters, statistics, prefix, WorkerGroup.single());
    }

    /// The workers over which batch norms take their statistics.
    WorkerGroup workers() {
        return workers;
    }

    /// The name prefix of this builder, such as `layer1.0.conv1`.
    String path() {
        return prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1);
    }

    /// A trained parameter with shape `sizes`: a matrix or filter if it has several axes, otherwise a vector
    /// such as a bias.
    Parameter parameter(String name, Init init, long... sizes) {
        return declare(parameters, name, kind(sizes), init, sizes);
    }

    /// Trained rows that are added to tokens, or that are tokens themselves, `[1, T, C]`. They count as
    /// vectors, so weight decay does not apply to them. timm treats class tokens and position embeddings in
    /// the same way.
    Parameter tokens(String name, Init init, long... sizes) {
        return declare(parameters, name, Kind.VECTOR, init, sizes);
    }

    /// A trained matrix A `[size, size]` that generates an orthogonal matrix, `exp(A - A')`. It counts as a
    /// vector, so weight decay does not apply to it. Weight decay would turn the orthogonal matrix towards the
    /// identity.
    Parameter generator(String name, int size) {
        return declare(parameters, name, Kind.VECTOR, new Init.Rotations(size), size, size);
    }

    /// A stack of matrices that every optimizer keeps orthogonal, `[count, size, size]`.
    Parameter orthogonal(String name, Init init, long count, long size) {
        return declare(parameters, name, Kind.ORTHOGONAL, init, count, size, size);
    }

    /// A stack of matrices that every optimizer keeps unitary, `[count, size, size, 2]`: the real and the
    /// imaginary part of each number.
    Parameter unitary(String name, Init init, long count, long size) {
        return declare(parameters, name, Kind.UNITARY, init, count, size, size, 2);
    }

    /// The key of random numbers that several parameters of a layer share.
    long key(String name) {
        return Keyed.of(seed, INITIALISATION, Keyed.name(prefix + name)).nextLong();
    }

    /// A trained parameter with shape `sizes` whose initial values are uniform on +-1/sqrt(fanIn), as in
    /// PyTorch's linear layers.
    public Parameter weight(String name, long fanIn, long... sizes) {
        return parameter(name, new Init.FanInUniform(fanIn), sizes);
    }

    /// Numbers with shape `sizes` that no optimizer changes, such as the running mean of a norm.
    public Parameter statistic(String name, double value, long... sizes) {
        return declare(statistics, name, kind(sizes), new Init.Constant(value), sizes);
    }

    private static Kind kind(long... sizes) {
        return sizes.length > 1 ? Kind.MATRIX : Kind.VECTOR;
    }

    private Parameter declare(List<Declaration> list, String name, Kind kind, Init init, long... sizes) {
        var handle = new Parameter(prefix + name);
        list.add(new Declaration(prefix + name, Arrays.stream(sizes).boxed().toList(), kind, init, handle));
        return handle;
    }

    /// Builds the buffer with everything declared so far. Called once, after the last layer.
    ///
    /// @param type Float, or Double if a test needs exact derivatives
    public ParameterBuffer build(Device device, ScalarType type) {
        return build(device, type, device == Device.CUDA);
    }

    /// The same for parameters that are not trained, without memory for gradients.
    public ParameterBuffer buildFitted(Device device, ScalarType type) {
        return build(device, type, device == Device.CUDA, false);
    }

    /// The same with a choice of the order of filters in memory.
    ParameterBuffer build(Device device, ScalarType type, boolean channelsLast) {
        return build(device, type, channelsLast, true);
    }

    private ParameterBuffer build(Device device, ScalarType type, boolean channelsLast, boolean isTrained) {
        var ordered = new ArrayList<Declaration>();
        parameters.stream().filter(Declaration::isMatrix).forEach(ordered::add);
        parameters.stream().filter(d -> !d.isMatrix()).forEach(ordered::add);
        try (var scope = Scope.open()) {
            return new ParameterBuffer(
                    layout(ordered, channelsLast),
                    layout(statistics, channelsLast),
                    initial(ordered, type),
                    initial(statistics, type),
                    device,
                    isTrained);
        }
    }

    private static ParameterBuffer.Layout layout(List<Declaration> declarations, boolean channelsLast) {
        var segments = new ArrayList<ParameterBuffer.Segment>();
        long offset = 0;
        for (Declaration d : declarations) {
            boolean filters =
                    channelsLast && d.kind() == Kind.MATRIX && d.sizes().size() == FILTERS;
            segments.add(new ParameterBuffer.Segment(d.name(), d.sizes(), offset, d.kind(), filters));
            offset += d.count();
        }
        return new ParameterBuffer.Layout(
                segments, declarations.stream().map(Declaration::handle).toList());
    }

    /// The initial values, one declaration after another. A constant needs no array of its values.
    private Tensor initial(List<Declaration> declarations, ScalarType type) {
        long total = declarations.stream().mapToLong(Declaration::count).sum();
        Tensor all = Tensors.empty(type, total);
        long offset = 0;
        for (Declaration d : declarations) {
            Tensor part = all.narrow(0, offset, d.count());
            if (d.init() instanceof Init.Constant(double value)) {
                part.fill_(Tensors.scalar((float) value));
            } else {
                Keyed random = Keyed.of(seed, INITIALISATION, Keyed.name(d.name()));
                part.copy_(d.init().values(Math.toIntExact(d.count()), random));
            }
            offset += d.count();
        }
        return all;
    }
}
