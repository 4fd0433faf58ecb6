package org.fullrank.method;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Tensors;

/// Measures that compare a predictor W, `[D, D]`, with the correlation F = E[f f'] of its input. Theory
/// expects three properties of a predictor that prevents collapse. W and F share eigenvectors, W is
/// symmetric, and W has more than a few nonzero singular values.
///
/// The source is Tian, Chen, Ganguli (2021), theorem 3 (eigenspaces align). The asymmetry is from the
/// authors' talk.
///
/// @param largest largest singular value of W
/// @param smallest smallest singular value of W on the directions in which F is not zero
/// @param participation `(sum s^2)^2 / sum s^4` of the singular values: the number of directions that W uses,
///     1 to D
/// @param asymmetry `|W - W'| / |W|`: 0 means symmetric, sqrt(2) means that W and W' have nothing in common
/// @param alignment mean cosine of W u and u over the eigenvectors u of F; 1 means that W and F share them
record PredictorMatrix(double largest, double smallest, double participation, double asymmetry, double alignment) {
    /// Directions with less than this share of the largest eigenvalue of F are ignored, because a predictor's
    /// outputs do not depend on them.
    private static final double SMALLEST_SHARE = 1e-6;

    /// @param w the matrix, `p = z W'`
    /// @param correlation F, `[D, D]`
    static PredictorMatrix of(Tensor w, Tensor correlation) {
        Tensor u = SymmetricEigen.of(correlation.to(ScalarType.Double)).vectors();
        return inside(u.t().mm(w.to(ScalarType.Double)).mm(u));
    }

    /// The measures of the W with the smallest squared error between `z W'` and the predictions, on the
    /// directions in which z varies.
    ///
    /// @param z inputs, `[N, D]`
    /// @param predictions `[N, D]`
    static PredictorMatrix fitted(Tensor z, Tensor predictions) {
        Tensor inputs = z.to(ScalarType.Double);
        SymmetricEigen f = SymmetricEigen.of(inputs.t().mm(inputs));
        Tensor u = directions(f);
        Tensor s = f.values().narrow(0, f.values().numel() - u.size(1), u.size(1)); // [K]
        Tensor cross = predictions.to(ScalarType.Double).t().mm(inputs); // [D, D], W = cross F^-1
        return inside(u.t().mm(cross).mm(u).div(s));
    }

    /// The eigenvectors of F that are not ignored, `[D, K]`.
    private static Tensor directions(SymmetricEigen f) {
        double[] s = Tensors.doubles(f.values());
        int first = 0;
        while (first < s.length - 1 && s[first] <= SMALLEST_SHARE * s[s.length - 1]) {
            first++;
        }
        return f.vectors().narrow(1, first, s.length - first);
    }

    /// @param matrix W in the basis of the eigenvectors, `[K, K]`
    private static PredictorMatrix inside(Tensor matrix) {
        Tensor m = torch.nan_to_num(matrix); // embeddings that are zero have no directions
        Tensor s = torch.linalg_svdvals(m); // [K], descending
        Tensor squares = s.square();
        Tensor cosines = m.diagonal().div(m.square().sum(0).sqrt());
        return new PredictorMatrix(
                Tensors.value(s.max()),
                Tensors.value(s.min()),
                Tensors.value(torch.nan_to_num(
                        squares.sum().square().div(squares.square().sum()))),
                Tensors.value(torch.nan_to_num(m.sub(m.t()).norm().div(m.norm()))),
                Tensors.value(torch.nan_to_num(cosines).mean()));
    }

    /// The measures by their names in the log.
    SequencedMap<String, Double> values() {
        var values = new LinkedHashMap<String, Double>();
        values.put("predictor.largest", largest);
        values.put("predictor.smallest", smallest);
        values.put("predictor.participation", participation);
        values.put("predictor.asymmetry", asymmetry);
        values.put("predictor.alignment", alignment);
        return values;
    }
}
