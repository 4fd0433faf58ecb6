package org.fullrank.probe;

import java.lang.foreign.MemorySegment;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.data.Items;
import org.fullrank.data.Labels;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.method.Method;
import org.fullrank.net.Mode;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewTensors;

/// Turns the items of a split into features, one row for each, in order: plain views, frozen encoder, no buffer moves.
public final class Embedder {
    /// Items encoded at a time; the result does not depend on it.
    static final int BATCH = 256;

    private Embedder() {}

    /// The representations of all items by the encoder of `method`.
    public static Features embed(Method method, ViewGenerator views, Items items) {
        return map(views, items, method.parameters().device(), x -> method.encode(x, Mode.EVALUATE));
    }

    /// The embeddings of all items behind the projector of `method`.
    public static Features project(Method method, ViewGenerator views, Items items) {
        return map(views, items, method.parameters().device(), x -> method.embed(x, Mode.EVALUATE));
    }

    /// The plain views themselves as rows, as the encoder sees them.
    public static Features raw(ViewGenerator views, Items items) {
        return map(views, items, Device.CPU, x -> x.flatten(1, -1));
    }

    private static Features map(ViewGenerator views, Items items, Device device, UnaryOperator<Tensor> encode) {
        int rows = items.size();
        float[] values = new float[0];
        int width = 0;
        try (var off = Gradients.off()) {
            for (int begin = 0; begin < rows; begin += BATCH) {
                int[] indices = range(begin, Math.min(rows, begin + BATCH));
                try (var scope = Scope.open()) {
                    Tensor z = encode.apply(ViewTensors.plain(views, indices, device)); // [B, D]
                    Tensor host =
                            Tensors.to(z.to(torch.ScalarType.Float), Device.CPU).contiguous();
                    if (values.length == 0) {
                        width = Math.toIntExact(host.size(1));
                        values = new float[Math.multiplyExact(rows, width)];
                    }
                    MemorySegment.copy(
                            Tensors.segment(host),
                            java.lang.foreign.ValueLayout.JAVA_FLOAT,
                            0,
                            values,
                            begin * width,
                            indices.length * width);
                }
            }
        }
        Labels labels = items.labels();
        return labels == null
                ? Features.unlabelled(values, width)
                : new Features(values, width, labels.classes(), labels.names());
    }

    static int[] range(int begin, int end) {
        int[] indices = new int[end - begin];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = begin + i;
        }
        return indices;
    }
}
