package org.fullrank.spectral;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.linalg.SymmetricOperator;

/// Says which samples belong together. A relation is a symmetric matrix `G`, `[N, N]`, of weights of at least
/// 0, with a zero diagonal. The methods of [SymmetricOperator] multiply `G` with vectors.
public sealed interface Relation extends SymmetricOperator permits Graph, Groups {
    /// The sum of each row of `G`, `[N]`.
    double[] degrees();

    /// The sum of the squares of all values of `G`.
    double squaredNorm();

    /// Warnings about this relation, one line each, for example about separate components.
    List<String> warnings();

    /// The samples in an order that [#form] needs, in parts of about `limit` rows.
    Iterable<Part> parts(int limit);

    /// An empty sum for features of `width` columns. The caller's scope owns its memory.
    Form form(int width);

    /// Some samples.
    ///
    /// @param rows samples whose features are needed: first the samples of this part, then their neighbors
    /// @param own number of samples that belong to this part
    record Part(int[] rows, int own) {}

    /// Sums `P' G P` over the parts. `P` contains the features `[N, m]`, which are never all in memory.
    interface Form {
        /// Adds a part. All parts must be added once, in order.
        ///
        /// @param features of the rows of the part, `[rows, m]` float64
        void add(Part part, Tensor features);

        /// The sum in new memory, `[m, m]`, after all parts were added. The caller's scope owns it.
        ///
        /// @param second `P' P`, `[m, m]`, which the caller has computed
        Tensor sum(Tensor second);
    }
}
