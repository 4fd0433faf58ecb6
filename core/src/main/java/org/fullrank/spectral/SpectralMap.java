package org.fullrank.spectral;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// The best map of a closed form: `z(x) = f(x) C - offset`, where f computes the features.
///
/// @param features computes the features of an input
/// @param coefficients C, `[p, k]` in row-major order
/// @param offset `[k]`, which subtracts the mean; zeros if the features are not centered
/// @param report what the fit found
public record SpectralMap(FeatureMap features, double[] coefficients, double[] offset, SpectralReport report) {
    private static final int BLOCK_VALUES = 1 << 23;

    /// The number k of dimensions that the optimum uses, at most the requested K.
    public int width() {
        return offset.length;
    }

    /// The embeddings of rows, `[n, D]` float64 to `[n, k]`. The caller's scope owns them.
    ///
    /// @throws org.fullrank.engine.InputException when the rows have another width, or when the kernel has no
    ///     value for a row
    public Tensor embed(Tensor rows) {
        return embed(SampleRows.of(rows));
    }

    private Tensor apply(Tensor rows) {
        Tensor c = Tensors.of(coefficients, features.width(), width()); // [p, k]
        return features.of(rows).matmul(c).sub_(Tensors.of(offset, 1, width()));
    }

    /// The embeddings of all samples, `[N, k]`, computed in blocks. The caller's scope owns them.
    public Tensor embed(SampleRows samples) {
        SampleRows checked = samples.checked(features.kernel());
        Tensor all = Tensors.empty(ScalarType.Double, samples.size(), width());
        int[] rows = IntStream.range(0, samples.size()).toArray();
        int block = Math.max(1, BLOCK_VALUES / Math.max(features.width(), samples.width()));
        for (int begin = 0; begin < rows.length; begin += block) {
            try (var scope = Scope.withoutGradients()) {
                int[] some = Arrays.copyOfRange(rows, begin, Math.min(rows.length, begin + block));
                all.narrow(0, begin, some.length).copy_(apply(checked.at(some)));
            }
        }
        return all;
    }

    /// The induced kernel, the inner products `z(x).z(y)` of embeddings, `[n, D]` and `[p, D]` to `[n, p]`.
    /// The caller's scope owns it.
    public Tensor gram(Tensor x, Tensor y) {
        return embed(x).matmul(embed(y).t());
    }
}
