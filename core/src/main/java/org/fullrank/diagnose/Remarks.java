package org.fullrank.diagnose;

import static org.fullrank.diagnose.ScaleRules.text;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.linalg.Moments;
import org.fullrank.linalg.Spectrum;

/// The warnings of a diagnosis. A warning is a fact that affects the measures or is good to know, but that is
/// not a fault.
final class Remarks {
    /// If the share of rows with a near-duplicate is above this value, there is a warning. Nearly all data
    /// have a few near-duplicates.
    static final double DUPLICATE_ROWS = 0.01;

    private static final int HUNDRED = 100;

    private Remarks() {}

    static List<String> of(Examination examination) {
        var notes = new ArrayList<String>();
        long rows = examination.moments().rows();
        int width = examination.moments().width();
        int sampled = examination.sample().rows();
        if (sampled < rows) {
            notes.add(
                    text("measures that compare rows with one another used a sample of %d of %d rows", sampled, rows));
        }
        if (rows <= width) {
            notes.add(text(
                    "%d rows can show at most %d of %d dimensions; shares of ranks take this into account",
                    rows, rows - 1, width));
        }
        int dead = (int) examination.spread().get(Measure.CONSTANT);
        if (dead > 0 && dead < width) {
            notes.add(text("%d of %d dimensions never vary", dead, width));
        }
        int zero = examination.spread().zeroPercentiles() - 1;
        if (zero > 0 && zero < HUNDRED) {
            notes.add(text("more than %d %% of rows are zero", zero));
        }
        rank(notes, examination.moments());
        if (examination.classes() != null) {
            classes(notes, examination.classes());
        }
        if (examination.neighbors() != null) {
            neighbors(notes, examination.neighbors(), sampled);
        }
        return notes;
    }

    private static void rank(List<String> notes, Moments moments) {
        int rank = moments.centered().rank();
        long room = Math.min(moments.rows() - 1, moments.width());
        if (rank > 0 && rank < room) {
            notes.add(text(
                    "the rank is %d of %d; directions without variance (below %.0e of the strongest): %d",
                    rank, room, Spectrum.RELATIVE_EPSILON, room - rank));
        }
    }

    private static void classes(List<String> notes, ClassGeometry geometry) {
        int all = geometry.classes().size();
        long judged = geometry.classes().stream()
                .filter(shape -> shape.rows() >= RelationRules.CLASS_ROWS)
                .count();
        if (judged < all) {
            notes.add(text(
                    "only %d of %d classes have at least %d rows in the sample and could be judged",
                    judged, all, RelationRules.CLASS_ROWS));
        }
    }

    private static void neighbors(List<String> notes, Neighbors neighbors, int sampled) {
        if (neighbors.kurtosis() > Neighbors.HEAVY) {
            notes.add(text(
                    "tails are heavy, excess kurtosis %.3g: outlying rows change ranks; verdicts take this into"
                            + " account, but 95 %% intervals of ranks are correct in only about 90 %% of data sets",
                    neighbors.kurtosis()));
        }
        if (neighbors.outliers() > 0) {
            notes.add(text(
                    "%.0f of %d rows are far from the others, such as row %d",
                    neighbors.outliers(),
                    sampled,
                    neighbors.farthest().getFirst().row()));
        }
        if (neighbors.duplicateShare() > DUPLICATE_ROWS) {
            Neighbors.Pair pair = neighbors.duplicates().getFirst();
            notes.add(text(
                    "%.0f %% of rows nearly equal another one, such as %d and %d",
                    100 * neighbors.duplicateShare(), pair.first(), pair.second()));
        }
    }
}
