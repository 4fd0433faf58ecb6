package org.fullrank.spectral;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.fullrank.stats.Quantiles;

/// How far embeddings are from the optimum of a closed form for the same samples: see [OptimumSearch].
///
/// @param objective of the closed form
/// @param rows number of samples N
/// @param width dimensions of the embeddings K
/// @param rank number of directions of the embeddings, see [OptimumSearch#RANK_CUT]
/// @param scale factor that the embeddings got; 1 if the objective fixes their scale, NaN if the objective
///     does not depend on it
/// @param loss of the embeddings with this factor
/// @param optima the best of several sets of embeddings
public record OptimumDistance(
        SpectralObjective objective, int rows, int width, int rank, double scale, double loss, List<Optimum> optima) {
    /// A mode counts as part of the embeddings if they span at least this share of it, so if its angle to
    /// their column space is at most 45 degrees.
    public static final double HALF = 0.5;

    public OptimumDistance {
        optima = List.copyOf(optima);
    }

    /// One direction in which samples can differ: an eigenvector.
    ///
    /// @param number position by eigenvalue, from 1
    /// @param graph eigenvalue of the relation's Laplacian: the summed squared differences of related samples
    ///     in this mode, divided by the sum of squares. It is 0 if related samples are equal
    /// @param length squared length in the optimum; 0 if the optimum drops this mode
    /// @param spanned squared cosine of the angle between the mode and the column space of the embeddings
    public record Mode(int number, double graph, double length, double spanned) {
        /// Whether the optimum uses this mode.
        public boolean isKept() {
            return length > 0;
        }

        /// For JSON.
        SequencedMap<String, Object> toMap() {
            var map = new LinkedHashMap<String, Object>();
            map.put("mode", number);
            map.put("graphEigenvalue", graph);
            map.put("length", length);
            map.put("spanned", spanned);
            map.put("kept", isKept());
            return map;
        }
    }

    /// The optimum within a set of embeddings. If several optima are equally good, it is the one nearest to
    /// the embeddings.
    ///
    /// @param over the set in words
    /// @param directions dimensions of this set; 0 if its features are equal for all samples
    /// @param minimum the smallest loss within this set
    /// @param inside share of the embeddings' directions that lies within this set, 0 to 1
    /// @param angles principal angles in degrees between the column spaces of the embeddings and of this
    ///     optimum, ascending; as many as the smaller of both ranks
    /// @param modes those that the optimum keeps, then those that it drops and the embeddings have
    public record Optimum(
            String over, int directions, double minimum, double inside, double[] angles, List<Mode> modes) {
        public Optimum {
            modes = List.copyOf(modes);
        }

        /// The modes that the optimum uses.
        public List<Mode> kept() {
            return modes.stream().filter(Mode::isKept).toList();
        }

        /// The modes that the optimum uses and the embeddings lack.
        public List<Mode> missing() {
            return modes.stream()
                    .filter(mode -> mode.isKept() && mode.spanned < HALF)
                    .toList();
        }

        /// The modes that the optimum drops and the embeddings have.
        public List<Mode> extra() {
            return modes.stream().filter(mode -> !mode.isKept()).toList();
        }

        /// The median angle; NaN if there is none.
        public double medianAngle() {
            return Quantiles.median(angles);
        }

        /// The largest angle; NaN if there is none.
        public double largestAngle() {
            return angles.length == 0 ? Double.NaN : angles[angles.length - 1];
        }
    }

    /// Loss minus minimum. It is below 0 only if the embeddings are not in the set of the optimum.
    public double gap(Optimum optimum) {
        return loss - optimum.minimum;
    }

    /// For JSON.
    public SequencedMap<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("rows", rows);
        map.put("width", width);
        map.put("rank", rank);
        map.put("rankCut", OptimumSearch.RANK_CUT);
        map.put("scale", scale);
        map.put("loss", loss);
        map.put("optima", optima.stream().map(this::map).toList());
        return map;
    }

    private SequencedMap<String, Object> map(Optimum optimum) {
        var map = new LinkedHashMap<String, Object>();
        map.put("over", optimum.over);
        map.put("directions", optimum.directions);
        map.put("minimum", optimum.minimum);
        map.put("gap", gap(optimum));
        map.put("inside", optimum.inside);
        map.put("angles", optimum.angles);
        map.put("medianAngle", optimum.medianAngle());
        map.put("missing", optimum.missing().stream().map(Mode::number).toList());
        map.put("extra", optimum.extra().stream().map(Mode::number).toList());
        map.put("modes", optimum.modes.stream().map(Mode::toMap).toList());
        return map;
    }
}
