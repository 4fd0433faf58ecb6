package org.fullrank.net;

import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/// Writes the layers of a network into a file of another format. The network is in evaluation, and the values
/// between its layers have names. Each method takes the names of its inputs and returns that of its output. The
/// first axis of every value is the batch.
public interface GraphWriter {
    /// A convolution with zeros beyond the borders, `[B, in, H, W]` or `[B, in, L]`.
    ///
    /// @param weight `[out, in, kernel, kernel]` or `[out, in, kernel]`
    /// @param bias `[out]`, or null
    String convolution(String x, Tensor weight, @Nullable Tensor bias, int stride, int pad);

    /// A batch norm with its running statistics, `[B, C, ...]`.
    ///
    /// @param norm its statistics, scale and shift
    String batchNorm(String x, Norm norm);

    /// The numbers of a batch norm, `[C]` each.
    ///
    /// @param scale null: 1
    /// @param shift null: 0
    /// @param epsilon added to the variance before the root
    record Norm(
            Tensor mean,
            Tensor variance,
            @Nullable Tensor scale,
            @Nullable Tensor shift,
            double epsilon) {}

    /// A layer norm over the last axis.
    ///
    /// @param scale and `shift` have the size of this axis
    String layerNorm(String x, Tensor scale, Tensor shift, double epsilon);

    /// An affine map of the last axis, `[..., in]` to `[..., out]`.
    ///
    /// @param weight `[out, in]`
    /// @param bias `[out]`, or null
    String linear(String x, Tensor weight, @Nullable Tensor bias);

    /// `max(0, x)`.
    String relu(String x);

    /// x times the Gaussian distribution function of x.
    String gelu(String x);

    /// The sum of two values of the same shape.
    String add(String a, String b);

    /// The sum of a value and numbers whose first axis has size 1.
    String add(String x, Tensor numbers);

    /// The maximum over windows with stride 2, `[B, C, H, W]`.
    String maxPool(String x, int side, int pad);

    /// The mean over axes, which vanish.
    String mean(String x, int... axes);

    /// The mean over pixels or steps, `[B, C, H, W]` or `[B, C, L]` to `[B, C]`. A value `[B, C]` stays as it is.
    String pooled(String x);

    /// `[B, ...]` to `[B, F]`.
    String flattened(String x);

    /// The pixels of feature maps as tokens, `[B, C, H, W]` to `[B, H W, C]`.
    String tokens(String x);

    /// The same token before those of each item, `[B, T, C]` to `[B, T + 1, C]`.
    ///
    /// @param token `[1, 1, C]`
    String withFirst(String x, Tensor token);

    /// The first token, `[B, T, C]` to `[B, C]`.
    String first(String x);

    /// Self-attention: `softmax(Q K' / sqrt(C / heads)) V` for each head, `[B, T, 3 C]` to `[B, T, C]`. The last
    /// axis of x has the queries of all heads, then the keys, then the values.
    ///
    /// @param width C
    String attention(String x, int heads, int width);

    /// Time series with the steps first, `[B, C, L]` to `[B, L, C]`.
    String inTime(String x);

    /// The last step, `[B, L, C]` to `[B, C]`.
    String last(String x);

    /// The states of all steps of a gated recurrent unit, `[B, L, in]` to `[B, L, width]`.
    String gru(String x, Gates gates);

    /// The states of all steps of a long short-term memory, `[B, L, in]` to `[B, L, width]`.
    String lstm(String x, Gates gates);

    /// The parameters of a gated cell, with the gates in the order of PyTorch.
    ///
    /// @param input `[gates width, in]`
    /// @param state `[gates width, width]`
    /// @param inputBias `[gates width]`
    /// @param stateBias `[gates width]`
    record Gates(Tensor input, Tensor state, Tensor inputBias, Tensor stateBias) {}

    /// The states of all steps of `h' = modReLU(v + U h)`, `[B, L, width]` to the same shape. The input has v.
    ///
    /// @param turned the transpose of U, `[width, width]`
    /// @param bias of modReLU, `[width]`
    String modReluStates(String x, Tensor turned, Tensor bias);
}
