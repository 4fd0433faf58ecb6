package org.fullrank.spectral;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.linalg.SymmetricOperator;

/// Which samples belong together: a symmetric matrix `G`, `[N, N]`, of weights that are not negative, with a
/// zero diagonal. Its products with vectors are those of a [SymmetricOperator].
public sealed interface Relation extends SymmetricOperator permits Graph, Groups {
    /// The sum of each row of `G`, `[N]`.
    double[] degrees();

    /// The sum of the squares of all values of `G`.
    double squaredNorm();

    /// What a user should know about this relation, one line each, such as separate components.
    List<String> warnings();

    /// The samples in an order that suits [#form], in parts of about `limit` rows.
    Iterable<Part> parts(int limit);

    /// An empty sum for features of `width` columns. The caller's scope owns its memory.
    Form form(int width);

    /// Some samples.
    ///
    /// @param rows the rows of features that are needed: first those of this part, then their neighbors
    /// @param own how many belong to this part
    record Part(int[] rows, int own) {}

    /// Sums `P' G P` over the parts, `P` being features `[N, m]` that are never all in memory.
    interface Form {
        /// Adds a part. All parts must be added once, in their order.
        ///
        /// @param features of the rows of the part, `[rows, m]` float64
        void add(Part part, Tensor features);

        /// The sum, `[m, m]`, once all parts are added. The caller's scope owns it.
        Tensor sum();
    }
}
