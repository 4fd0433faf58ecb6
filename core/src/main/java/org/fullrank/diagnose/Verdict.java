package org.fullrank.diagnose;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// A fault of an embedding, or the result that no fault was found.
///
/// @param kind the fault, or healthy
/// @param confidence from 0 to 1
/// @param evidence the measures that show it, one line
/// @param next one step to take, with the setting to change, one line
public record Verdict(Kind kind, double confidence, String evidence, String next) {
    /// The names that a verdict can have.
    public enum Kind {
        /// Nothing was found.
        HEALTHY("healthy", false, ""),
        /// All rows are one point, or nearly one point: complete collapse.
        CONSTANT(
                "constant collapse",
                true,
                "keep the variance of each dimension: add a variance term to the loss, as in VICReg, or look for a missing"
                        + " stop-gradient or predictor; with the file alone, subtract the mean and diagnose what is left"),
        /// The rows use only a few of the dimensions.
        DIMENSIONAL(
                "dimensional collapse",
                true,
                "decorrelate dimensions: add a covariance term to the loss, as in VICReg, and train again; with the file"
                        + " alone, project the centered rows on as many right singular vectors as dimensions are left"
                        + " (numpy.linalg.svd)"),
        /// Lengths of rows are too large.
        NORM_BLOW_UP(
                "norm blow-up",
                true,
                "lower the learning rate to a tenth; with the file alone, scale the rows to length 1"),
        /// The lengths of rows are close to zero.
        NORM_VANISHING(
                "vanishing norms",
                true,
                "lower the weight decay to a tenth; with the file alone, scale the rows to length 1"),
        /// Dimensions repeat one another.
        REDUNDANT(
                "redundancy",
                true,
                "use fewer dimensions, or add a decorrelation term to the loss, as in VICReg or Barlow Twins; with the file"
                        + " alone, drop the copies, or whiten the rows"),
        /// A common mean dominates all rows.
        COMMON_OFFSET(
                "common offset",
                true,
                "subtract the mean of the embeddings, or end the network with a batch norm without scale and shift"),
        /// The rows of one or several classes are one point, but other rows are not.
        CLASS_WISE(
                "class-wise collapse",
                true,
                "keep samples of a class apart: lower the weight of the term that pulls positive pairs together, and train"
                        + " again, because no change of the file separates them"),
        /// The two views are too alike: the task has a shortcut.
        SHORTCUT(
                "shortcut views",
                false,
                "make the views differ more, for example by smaller crops or stronger changes of color"),
        /// The two views share nothing.
        OVER_AUGMENTED("over-augmented views", false, "make the views weaker, for example by larger crops"),
        /// Too few rows to tell.
        UNDER_SAMPLED("under-sampled", false, "examine more rows");

        private final String title;
        private final boolean collapse;
        private final String remedy;

        /// @param remedy the next step in the words of any library; empty for none
        Kind(String title, boolean collapse, String remedy) {
            this.title = title;
            this.collapse = collapse;
            this.remedy = remedy;
        }

        /// For people.
        public String title() {
            return title;
        }

        /// Whether the verdict makes `--fail-on collapse` fail.
        public boolean collapse() {
            return collapse;
        }
    }

    /// A verdict about a measure that is below its limit.
    ///
    /// @param ratio of the measure to its limit
    public static Verdict below(Kind kind, double ratio, String evidence, String next) {
        return new Verdict(kind, Confidence.below(ratio, 1, 0), evidence, next);
    }

    /// The same with a next step in the words of any library, for embeddings that Fullrank did not train.
    public Verdict inGeneralWords() {
        return kind.remedy.isEmpty() ? this : new Verdict(kind, confidence, evidence, kind.remedy);
    }

    /// For JSON.
    public SequencedMap<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("kind", kind.name());
        map.put("title", kind.title());
        map.put("collapse", kind.collapse());
        map.put("confidence", confidence);
        map.put("evidence", evidence);
        map.put("next", next);
        return map;
    }
}
