package org.fullrank.objective;

import java.util.LinkedHashMap;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;
import org.fullrank.settings.Named;

/// The distance between the prediction from one view and the target from another view. Each form reports the
/// part `similarity`, the mean cosine of prediction and target. This part is 1 if all predictions agree with
/// their targets. For a collapsed embedding, this part is 1 too.
///
/// Two forms have a name that begins with `iso`. These two forms leave the left factor `W` of the predictor
/// `p = z W` out of the gradient. So modes with small eigenvalues learn as fast as the others. These two
/// forms train only the online branch. The predictor gets no gradient from them. The gradient of these two
/// forms is not the gradient of any function. The value of the form `iso-cosine` has no meaning. So watch the
/// similarity instead.
public sealed interface Regression {
    /// The name of the value in logs.
    String PART = "regression";

    /// Idea and paper, and the range of the similarity.
    Card card();

    /// The value, a term of weight 1, and the figure `similarity`.
    ///
    /// @param online z, the embeddings of the online branch, `[N, D]`
    /// @param prediction p, the predictor's output for `online`, `[N, D]`
    /// @param target `[N, D]`; the caller detaches it to stop gradients
    /// @throws InputException unless the three are matrices of one shape
    Terms evaluate(Tensor online, Tensor prediction, Tensor target);

    /// `2 - 2 cos(p, t)`, the mean over samples: the squared distance of the two after normalization, 0 to 4.
    /// SimSiam's `-cos` is half of this value minus 1. DirectPred's `-2 cos` is this value minus 2.
    ///
    /// Source: BYOL (2020), equation 2, as in public codes (unverified against the paper).
    ///
    /// @param form the form of the value
    @Named("cosine")
    record Cosine(Form form) implements Regression {
        /// The value that is logged and differentiated.
        public enum Form {
            /// `2 - 2 cos`, the form of BYOL.
            DISTANCE,
            /// `-cos`, the form of SimSiam. Its gradient is half the gradient of the distance.
            NEGATIVE
        }

        public static Cosine defaults() {
            return new Cosine(Form.DISTANCE);
        }

        @Override
        public Card card() {
            return Regression.card("the cosine of prediction and target", Papers.BYOL)
                    .with(PART, "0 to 4, or -1 to 1 in the form negative: falls");
        }

        @Override
        public Terms evaluate(Tensor online, Tensor prediction, Tensor target) {
            requireEqual(online, prediction, target);
            Tensor similarity = similarity(prediction, target).mean();
            return terms(
                    switch (form) {
                        case DISTANCE -> similarity.neg().add(Tensors.scalar(1)).mul(Tensors.scalar(2));
                        case NEGATIVE -> similarity.neg();
                    },
                    similarity.detach());
        }
    }

    /// `|p - t|^2`, the mean over samples.
    ///
    /// Source: Halvagal, Laborieux, Zenke, "Implicit variance regularization in non-contrastive SSL" (2023),
    /// official code.
    @Named("euclidean")
    record Euclidean() implements Regression {
        @Override
        public Card card() {
            return Regression.card("their squared distance", Papers.DIRECTPRED).with(PART, "0 upwards: falls");
        }

        @Override
        public Terms evaluate(Tensor online, Tensor prediction, Tensor target) {
            requireEqual(online, prediction, target);
            Tensor distance = sum(prediction.sub(target).square()).mean();
            return terms(distance, meanSimilarity(prediction, target));
        }
    }

    /// IsoLoss on cosines. Let `v = t / (|p||t|) - (p.t) p / (|p|^3 |t|)`. Then the gradient of [Cosine] is
    /// `-2 v W / N`, and the gradient of this form is `-2 v / N`. The value is that of the official code for
    /// a symmetric positive `W`, where `|z W^{1/2}|^2` is `z.p`: `-2 mean(z.t / (|p||t|) - (p.t)(z.p) /
    /// (2 |p|^3 |t|))`.
    ///
    /// Source: Halvagal, Laborieux, Zenke (2023), official code.
    @Named("iso-cosine")
    record IsoCosine() implements Regression {
        @Override
        public Card card() {
            return Regression.card("the cosine, every mode learning at one rate", Papers.ISOLOSS)
                    .with(PART, "no meaning of its own: watch the similarity");
        }

        @Override
        public Terms evaluate(Tensor online, Tensor prediction, Tensor target) {
            requireEqual(online, prediction, target);
            Tensor z = online.detach(); // [N, D]
            Tensor p = prediction.detach(); // [N, D]
            Tensor fixed = target.detach(); // [N, D]
            Tensor pull = fixed.div(UnitRows.norm(p).mul(UnitRows.norm(fixed))); // [N, D]
            Tensor similarity = similarity(p, fixed); // [N, 1]
            Tensor shrink = similarity.div(UnitRows.norm(p).square()); // [N, 1]
            Tensor value = sum(z.mul(pull))
                    .sub(shrink.mul(sum(z.mul(p))).mul(Tensors.scalar(0.5)))
                    .mean()
                    .mul(Tensors.scalar(-2));
            Tensor gradient = pull.sub(p.mul(shrink)).mul(Tensors.scalar(-2.0 / z.size(0))); // [N, D]
            return terms(Surrogate.of(value, online, gradient), similarity.mean());
        }
    }

    /// IsoLoss on distances: the value of [Euclidean] with the gradient `2 (p - t) / N` instead of `2 (p - t)
    /// W / N`.
    ///
    /// Source: Halvagal, Laborieux, Zenke (2023), official code.
    @Named("iso-euclidean")
    record IsoEuclidean() implements Regression {
        @Override
        public Card card() {
            return Regression.card("the squared distance, every mode at one rate", Papers.ISOLOSS)
                    .with(PART, "0 upwards: falls");
        }

        @Override
        public Terms evaluate(Tensor online, Tensor prediction, Tensor target) {
            requireEqual(online, prediction, target);
            Tensor residual = prediction.detach().sub(target.detach()); // [N, D]
            Tensor value = sum(residual.square()).mean();
            Tensor gradient = residual.mul(Tensors.scalar(2.0 / residual.size(0))); // [N, D]
            return terms(Surrogate.of(value, online, gradient), meanSimilarity(prediction, target));
        }
    }

    private static Card card(String idea, String paper) {
        return new Card(idea, paper).with("similarity", "-1 to 1: rises; 1 at collapse too");
    }

    private static void requireEqual(Tensor online, Tensor prediction, Tensor target) {
        for (Tensor other : new Tensor[] {prediction, target}) {
            if (online.dim() != 2
                    || other.dim() != 2
                    || other.size(0) != online.size(0)
                    || other.size(1) != online.size(1)) {
                throw new InputException(
                        "a regression needs embedding, prediction and target of one shape [N, D], found %s and %s"
                                .formatted(Tensors.describe(online), Tensors.describe(other)));
            }
        }
    }

    private static Terms terms(Tensor value, Tensor similarity) {
        var figures = new LinkedHashMap<String, Tensor>();
        figures.put("similarity", similarity);
        return Terms.of(PART, value).withFigures(figures);
    }

    private static Tensor meanSimilarity(Tensor a, Tensor b) {
        return similarity(a.detach(), b.detach()).mean();
    }

    /// The cosine of each pair of rows, `[N, 1]`.
    private static Tensor similarity(Tensor a, Tensor b) {
        return sum(a.mul(b)).div(UnitRows.norm(a).mul(UnitRows.norm(b)));
    }

    /// The sum over the columns, `[N, D] -> [N, 1]`.
    private static Tensor sum(Tensor t) {
        return Reductions.sum(t, 1);
    }
}
