package org.fullrank.net;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Multi-head self-attention (Vaswani et al. 2017, equation 1 and section 3.2.2). The layer has one matrix
/// for queries, keys and values. The parameters have timm's names `qkv` and `proj`.
final class Attention {
    private Attention() {}

    /// Every token attends to all tokens, `[B, T, width] -> [B, T, width]`.
    ///
    /// @param heads divides `width`
    static Layer layer(NetworkBuilder net, int width, int heads) {
        Layer qkv = Vit.linear(net.in("qkv"), width, 3 * width);
        Layer projection = Vit.linear(net.in("proj"), width, width);
        Layer layer = (x, mode) -> {
            LinearRegions.curved("attention");
            long batch = x.size(0);
            long tokens = x.size(1);
            Tensor parts = qkv.forward(x, mode)
                    .reshape(batch, tokens, 3, heads, width / heads)
                    .permute(2, 0, 3, 1, 4); // [3, B, heads, T, width / heads]
            // softmax(Q K^T / sqrt(width / heads)) V without the [T, T] matrix in memory
            Tensor mixed =
                    torch.scaled_dot_product_attention(parts.select(0, 0), parts.select(0, 1), parts.select(0, 2));
            return projection.forward(mixed.transpose(1, 2).reshape(batch, tokens, width), mode);
        };
        return layer.written((graph, x) -> projection.write(graph, graph.attention(qkv.write(graph, x), heads, width)));
    }
}
