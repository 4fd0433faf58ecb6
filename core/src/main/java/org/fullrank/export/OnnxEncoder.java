package org.fullrank.export;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;
import org.fullrank.net.Encoder;
import org.fullrank.view.InputShape;
import org.fullrank.view.ValueScale;
import org.jspecify.annotations.Nullable;

/// An encoder as an ONNX model. Its input `input` has raw values, which the model scales as the evaluation does:
///
/// - images: `[N, H, W, C]`, uint8 or float32 from 0 to 255, of the encoder's size
/// - vectors: `[N, F]`, and series: `[N, C, L]`, float32
///
/// Its output `embedding` is float32 `[N, D]`. N is free.
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
    /// Name of the output.
    public static final String OUTPUT = "embedding";

    private static final long IR_VERSION = 10;

    /// What the model reads and gives.
    ///
    /// @param bytes whether images are uint8; vectors and series are float32 in any case
    /// @param layer name of a block whose pooled output is the result; null: the representation
    /// @param notes what a reader of the file should know, by name
    public record Settings(boolean bytes, @Nullable String layer, Map<String, String> notes) {
        public Settings {
            notes = new LinkedHashMap<>(notes);
        }
    }

    /// Whether the input has bytes.
    public boolean readsBytes() {
        return settings.bytes && shape instanceof InputShape.Image;
    }

    /// The sizes of one input, without the batch.
    public long[] inputShape() {
        return shape.memory();
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

    private byte[] model() {
        var graph = new OnnxGraph();
        int rank = shape.memory().length + 1;
        String x = graph.input(INPUT, rank);
        long[] axes = new long[rank];
        Arrays.fill(axes, 1);
        axes[scale.axis() + 1] = scale.factor().length;
        x = graph.scaled(x, scale.factor(), scale.offset(), axes);
        if (shape instanceof InputShape.Image) {
            x = graph.channelsFirst(x);
        }
        String y = settings.layer == null ? encoder.write(graph, x) : encoder.write(graph, x, settings.layer);
        graph.renamed(y, OUTPUT);
        var model = new Protobuf()
                .number(1, IR_VERSION)
                .text(2, "fullrank")
                .message(7, graph.proto(value(INPUT, readsBytes(), shape.memory()), value(OUTPUT, false, width())))
                .message(8, new Protobuf().text(1, "").number(2, graph.opset()));
        settings.notes.forEach(
                (key, text) -> model.message(14, new Protobuf().text(1, key).text(2, text)));
        return model.toBytes();
    }

    /// A `ValueInfoProto` with a free first axis `N`.
    private static Protobuf value(String name, boolean bytes, long... sizes) {
        var axes = new Protobuf().message(1, new Protobuf().text(2, "N"));
        for (long size : sizes) {
            axes.message(1, new Protobuf().number(1, size));
        }
        var tensor = new Protobuf()
                .number(1, bytes ? OnnxGraph.UINT8 : OnnxGraph.FLOAT)
                .message(2, axes);
        return new Protobuf().text(1, name).message(2, new Protobuf().message(1, tensor));
    }
}
