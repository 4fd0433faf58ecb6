package org.fullrank.decompose;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Tensors;

/// Products of factors `[n_k, R]`, one for each side of a tensor.
final class Factors {
    private Factors() {}

    /// The whole tensor as a matrix `[n_1 ... n_(K-1), n_K]`: entry `(i, ..., k)` is the sum over r of
    /// `u_ir ... w_kr`.
    static Tensor product(List<Tensor> factors) {
        return rows(factors).matmul(factors.getLast().t());
    }

    /// The factor for the rows of this matrix, `[n_1 ... n_(K-1), R]`. It contains the products of the rows
    /// of all factors except the last (Khatri-Rao product).
    static Tensor rows(List<Tensor> factors) {
        Tensor rows = factors.getFirst();
        for (Tensor next : factors.subList(1, factors.size() - 1)) {
            rows = rows.unsqueeze(1).mul(next.unsqueeze(0)).reshape(-1, rows.size(1));
        }
        return rows;
    }

    /// Some entries of the tensor, `[count]`.
    ///
    /// @param places index of each entry along each side, each `[count]`
    static Tensor entries(List<Tensor> factors, List<Tensor> places) {
        Tensor product = factors.getFirst().index_select(0, places.getFirst()); // [count, R]
        for (int k = 1; k < factors.size(); k++) {
            product = product.mul(factors.get(k).index_select(0, places.get(k)));
        }
        return product.sum(1);
    }

    /// The index of each entry along each side.
    ///
    /// @param entries positions in row-major order
    /// @param sizes of the sides
    static List<Tensor> places(int[] entries, List<Integer> sizes) {
        var places = new ArrayList<Tensor>();
        int stride = 1;
        for (int size : sizes.reversed()) {
            int[] along = new int[entries.length];
            for (int i = 0; i < along.length; i++) {
                along[i] = entries[i] / stride % size;
            }
            places.addFirst(Tensors.of(along));
            stride *= size;
        }
        return places;
    }

    /// The same factors. Their columns are sorted by the norm of their outer product, largest first.
    ///
    /// @param factors `[n_k, R]` each, row-major
    static List<float[]> ordered(List<float[]> factors, int rank) {
        double[] norms = new double[rank];
        Arrays.fill(norms, 1);
        for (float[] factor : factors) {
            for (int r = 0; r < rank; r++) {
                double squares = 0;
                for (int i = r; i < factor.length; i += rank) {
                    squares += (double) factor[i] * factor[i];
                }
                norms[r] *= squares;
            }
        }
        List<Integer> order = IntStream.range(0, rank)
                .boxed()
                .sorted(Comparator.comparingDouble(r -> -norms[r]))
                .toList();
        var ordered = new ArrayList<float[]>();
        for (float[] factor : factors) {
            float[] columns = new float[factor.length];
            for (int i = 0; i < factor.length; i++) {
                columns[i] = factor[i / rank * rank + order.get(i % rank)];
            }
            ordered.add(columns);
        }
        return ordered;
    }
}
