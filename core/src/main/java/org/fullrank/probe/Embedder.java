package org.fullrank.probe;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.data.Items;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.method.Method;
import org.fullrank.net.Mode;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewTensors;

/// Computes the features of the items of a split, one row per item, in order. The embedder uses plain views
/// and a frozen encoder, and it updates no running statistics.
public final class Embedder {
    /// Number of items that are encoded at a time. If there are at least as many items, every batch has this
    /// size: the last one begins with items of the batch before it. Matrix products of other sizes can round
    /// differently. So in all sets of at least this size, an item has the same embedding, down to the last bit.
    public static final int BATCH = 256;

    private Embedder() {}

    /// The representations of all items by the encoder of `method`.
    public static Features embed(Method method, ViewGenerator views, Items items) {
        return embed(method, views, items, List.of()).getFirst();
    }

    /// The representations, followed by the pooled outputs of the named blocks of the encoder. All come from
    /// one pass.
    ///
    /// @throws InputException when there is no such block
    public static List<Features> embed(Method method, ViewGenerator views, Items items, List<String> blocks) {
        return map(views, items, method.parameters().device(), x -> method.encode(x, Mode.EVALUATE, blocks));
    }

    /// The embeddings of all items, the output of the projector of `method`.
    public static Features project(Method method, ViewGenerator views, Items items) {
        return map(views, items, method.parameters().device(), x -> List.of(method.embed(x, Mode.EVALUATE)))
                .getFirst();
    }

    /// The features of all items at one place of `method`.
    public static Features read(Method method, ViewGenerator views, Items items, Place place) {
        return map(
                        views,
                        items,
                        method.parameters().device(),
                        x -> List.of(place.read().apply(x)))
                .getFirst();
    }

    private static List<Features> map(
            ViewGenerator views, Items items, Device device, Function<Tensor, List<Tensor>> encode) {
        var rows = new ArrayList<Rows>();
        try (var off = Gradients.off()) {
            for (int next = 0; next < items.size(); next += BATCH) {
                int begin = Math.clamp(items.size() - BATCH, 0, next);
                int[] indices = range(begin, Math.min(items.size(), begin + BATCH));
                try (var scope = Scope.open()) {
                    List<Tensor> outputs = encode.apply(ViewTensors.plain(views, indices, device)); // each [B, D]
                    for (int i = 0; i < outputs.size(); i++) {
                        Tensor host = Tensors.to(outputs.get(i).to(torch.ScalarType.Float), Device.CPU)
                                .contiguous();
                        if (i == rows.size()) {
                            rows.add(Rows.of(items.size(), Math.toIntExact(host.size(1))));
                        }
                        rows.get(i).put(begin, host);
                    }
                }
            }
        }
        return rows.stream().map(r -> Features.of(r.values, r.width, items)).toList();
    }

    /// Rows of features that are filled batch by batch.
    private record Rows(float[] values, int width) {
        static Rows of(int count, int width) {
            return new Rows(new float[Math.multiplyExact(count, width)], width);
        }

        /// Copies a contiguous host tensor `[B, width]` to the rows from `begin` on.
        void put(int begin, Tensor host) {
            MemorySegment.copy(
                    Tensors.segment(host),
                    ValueLayout.JAVA_FLOAT,
                    0,
                    values,
                    begin * width,
                    Math.toIntExact(host.numel()));
        }
    }

    static int[] range(int begin, int end) {
        int[] indices = new int[end - begin];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = begin + i;
        }
        return indices;
    }
}
