package org.fullrank.export;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import org.fullrank.engine.InputException;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;
import org.fullrank.net.Encoder;
import org.fullrank.view.InputShape;
import org.fullrank.view.ValueScale;
import org.jspecify.annotations.Nullable;

/// An encoder as an ONNX model. Its input `input` has raw values, which the model scales as the evaluation does:
///
/// - images: `[N, H, W, C]` from 0 to 255, see [Input]
/// - vectors: `[N, F]`, and series: `[N, C, L]` with a free L, float32
///
/// Its output `embedding` is float32 `[N, D]`. N is free. There may be further outputs, see [OnnxOutput].
///
/// Source: the ONNX specification, IR version 10, operator sets 18 and 20.
///
/// @param encoder its buffers hold the numbers
/// @param shape of its inputs
/// @param scale of the raw values
/// @param settings of the model
public record OnnxEncoder(Encoder encoder, InputShape shape, ValueScale scale, Settings settings) {
    /// Name of the input.
    public static final String INPUT = "input";
    /// Name of the metadata entry with [Settings#storedShorterSide].
    public static final String STORED_SHORTER_SIDE = "storedShorterSide";
    /// Name of the output with the embeddings.
    public static final String OUTPUT = "embedding";

    /// Name of the first axis, which is free.
    static final String BATCH = "N";

    private static final long IR_VERSION = 10;

    /// Names of the axes of an image whose size is free.
    private static final List<String> FREE = List.of("height", "width");

    /// Name of the axis of a series whose size is free.
    private static final String LENGTH = "length";

    /// What an encoder of images reads.
    public enum Input {
        /// uint8 of any size. The model resizes an image and cuts out its center, as the evaluation does.
        IMAGE,
        /// uint8 of the size of the views.
        UINT8,
        /// float32 of the size of the views.
        FLOAT
    }

    /// What the model reads and gives.
    ///
    /// @param input what is read in place of images; vectors and series are float32 in any case
    /// @param layer name of a block whose pooled output is the result; null: the representation
    /// @param storedShorterSide an image with a larger shorter side is first scaled to this, as in a data set
    /// @param notes what a reader of the file should know, by name
    /// @param heads further outputs
    public record Settings(
            Input input,
            @Nullable String layer,
            int storedShorterSide,
            Map<String, String> notes,
            List<OnnxOutput> heads) {
        public Settings {
            notes = new LinkedHashMap<>(notes);
            heads = List.copyOf(heads);
        }

        /// Without further outputs.
        public Settings(Input input, @Nullable String layer, int storedShorterSide, Map<String, String> notes) {
            this(input, layer, storedShorterSide, notes, List.of());
        }
    }

    /// Whether the input is an image of any size.
    public boolean readsImages() {
        return settings.input == Input.IMAGE && shape instanceof InputShape.Image;
    }

    /// Whether the input has bytes.
    public boolean readsBytes() {
        return settings.input != Input.FLOAT && shape instanceof InputShape.Image;
    }

    /// The sizes of one input, without the batch; -1 for a free size.
    public long[] inputShape() {
        long[] sizes = shape.memory();
        if (readsImages()) {
            sizes[0] = -1;
            sizes[1] = -1;
        }
        if (shape instanceof InputShape.Series) {
            sizes[1] = -1;
        }
        return sizes;
    }

    /// The input in words, such as `uint8 [N, height, width, 3]`.
    public String inputText() {
        var text = new StringJoiner(", ", readsBytes() ? "uint8 [N, " : "float32 [N, ", "]");
        long[] sizes = inputShape();
        for (int axis = 0; axis < sizes.length; axis++) {
            text.add(sizes[axis] < 0 ? free(axis) : String.valueOf(sizes[axis]));
        }
        return text.toString();
    }

    private String free(int axis) {
        return shape instanceof InputShape.Series ? LENGTH : FREE.get(axis);
    }

    /// Columns D of the output.
    public int width() {
        return settings.layer == null
                ? encoder.blocks().getLast().width()
                : encoder.block(settings.layer).width();
    }

    /// The model file.
    ///
    /// @throws org.fullrank.engine.InputException when there is no such block, or the encoder has a layer that a
    ///     graph cannot have
    public byte[] toBytes() {
        return NativeErrors.guard("export", () -> {
            try (var scope = Scope.withoutGradients()) {
                return model();
            }
        });
    }

    /// The model with whole numbers of 8 bits in place of most floats.
    ///
    /// @param samples inputs from which the ranges of the activations are taken
    /// @param threads of onnxruntime
    /// @throws org.fullrank.engine.InputException when the encoder has no layer that can be computed
    ///     with whole numbers, or as [#toBytes]
    public byte[] toInt8(Iterable<Sample> samples, int threads) {
        return NativeErrors.guard("export", () -> {
            try (var scope = Scope.withoutGradients()) {
                OnnxGraph observed = graph();
                Map<String, List<String>> names = new QuantizedGraph(observed).observe();
                InputException.when(
                        names.isEmpty(),
                        "--int8: found no convolution and no linear layer, which can compute with 8 bits; leave --int8 out");
                List<String> scalars =
                        names.values().stream().flatMap(List::stream).toList();
                var ranges = new LinkedHashMap<String, QuantizedGraph.Range>();
                try (var check = new OnnxCheck(model(observed, scalars), threads)) {
                    for (Sample sample : samples) {
                        Map<String, Float> found = check.scalars(scalars, sample.values, readsBytes(), sample.sizes);
                        names.forEach((activation, ends) ->
                                ranges.merge(activation, range(ends, found), QuantizedGraph.Range::with));
                    }
                }
                OnnxGraph graph = graph();
                new QuantizedGraph(graph).quantize(ranges);
                return model(graph, List.of());
            }
        });
    }

    /// An input of a model.
    ///
    /// @param values raw values
    /// @param sizes of the input
    public record Sample(float[] values, long... sizes) {}

    private static QuantizedGraph.Range range(List<String> ends, Map<String, Float> found) {
        float low = Objects.requireNonNull(found.get(ends.getFirst()));
        float high = Objects.requireNonNull(found.get(ends.getLast()));
        InputException.unless(
                Float.isFinite(low) && Float.isFinite(high),
                "--int8: found activations from %s to %s, expected finite ones",
                low,
                high);
        return new QuantizedGraph.Range(low, high);
    }

    private byte[] model() {
        return model(graph(), List.of());
    }

    /// The encoder as a graph. Each call gives the same names.
    OnnxGraph graph() {
        var graph = new OnnxGraph();
        int rank = shape.memory().length + 1;
        String x = graph.input(INPUT, rank);
        int channelAxis = scale.axis() + 1;
        if (shape instanceof InputShape.Image image) {
            x = readsImages()
                    ? new PlainView(graph, settings.storedShorterSide, image.width()).of(x)
                    : graph.channelsFirst(graph.cast(x, OnnxGraph.FLOAT));
            channelAxis = 1;
        }
        long[] axes = new long[rank];
        Arrays.fill(axes, 1);
        axes[channelAxis] = scale.factor().length;
        x = graph.scaled(x, scale.factor(), scale.offset(), axes);
        String y = settings.layer == null ? encoder.write(graph, x) : encoder.write(graph, x, settings.layer);
        graph.renamed(y, OUTPUT);
        settings.heads.forEach(head -> graph.renamed(head.writing().write(graph, y), head.name()));
        return graph;
    }

    /// A model file.
    ///
    /// @param scalars names of further outputs, each a float32
    byte[] model(OnnxGraph graph, List<String> scalars) {
        var outputs = new ArrayList<Protobuf>();
        outputs.add(value(OUTPUT, false, width()));
        settings.heads.forEach(head -> outputs.add(value(head.name(), false, head.width())));
        scalars.forEach(name -> outputs.add(scalar(name)));
        var model = new Protobuf()
                .number(1, IR_VERSION)
                .text(2, "fullrank")
                .message(7, graph.proto(value(INPUT, readsBytes(), inputShape()), outputs))
                .message(8, new Protobuf().text(1, "").number(2, graph.opset()));
        settings.notes.forEach(
                (key, text) -> model.message(14, new Protobuf().text(1, key).text(2, text)));
        return model.toBytes();
    }

    private static Protobuf scalar(String name) {
        var tensor = new Protobuf().number(1, OnnxGraph.FLOAT).message(2, new Protobuf());
        return new Protobuf().text(1, name).message(2, new Protobuf().message(1, tensor));
    }

    /// A `ValueInfoProto` with a free first axis `N`.
    private Protobuf value(String name, boolean bytes, long... sizes) {
        var axes = new Protobuf().message(1, new Protobuf().text(2, BATCH));
        for (int axis = 0; axis < sizes.length; axis++) {
            var size = new Protobuf();
            axes.message(1, sizes[axis] < 0 ? size.text(2, free(axis)) : size.number(1, sizes[axis]));
        }
        var tensor = new Protobuf()
                .number(1, bytes ? OnnxGraph.UINT8 : OnnxGraph.FLOAT)
                .message(2, axes);
        return new Protobuf().text(1, name).message(2, new Protobuf().message(1, tensor));
    }
}
