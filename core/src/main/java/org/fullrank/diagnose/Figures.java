package org.fullrank.diagnose;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The figures that the rules of [Verdicts] read.
///
/// @param rows N
/// @param width D
/// @param norm median length of a row
/// @param directions standard deviation of a dimension of rows of length 1, times `sqrt(D)`: 0 where all rows point the
///     same way, 1 where they point everywhere alike
/// @param offset `|mean|^2 / E|z|^2`, 0 to 1; NaN where all is zero
/// @param spectrum of the centred rows
/// @param trimmed the same of rows that are scaled to at most the median distance from the centre, on a sample; null
///     where nobody asked
/// @param dimensions which of them are dead or copies
/// @param classes spread of each class; empty where there are no labels
/// @param pairs how the two views agree; null where there is one
record Figures(
        long rows,
        int width,
        double norm,
        double directions,
        double offset,
        Slope spectrum,
        @Nullable Slope trimmed,
        Dimensions dimensions,
        List<ClassSpread> classes,
        @Nullable Pairs pairs) {
    Figures {
        classes = List.copyOf(classes);
    }

    /// What is wrong with single dimensions.
    ///
    /// @param dead they never vary
    /// @param copies they repeat an earlier one, up to sign and scale
    /// @param correlation mean squared correlation of two dimensions
    record Dimensions(int dead, int copies, double correlation) {}

    /// One class.
    ///
    /// @param label from 0
    /// @param rows how many there are of it
    /// @param spread root mean squared distance from its centroid, as a share of that of all rows from the mean of all
    record ClassSpread(int label, long rows, double spread) {}

    /// Two views of the same rows.
    ///
    /// @param distance mean squared distance of the two views of a row, as a share of that of unrelated rows
    /// @param matches share of rows whose nearest neighbour among the other views is their own other view
    /// @param rows among how many they were looked for
    record Pairs(double distance, double matches, int rows) {}

    Figures withTrimmed(Slope trimmed) {
        return new Figures(
                rows, width, norm, directions, offset, spectrum, trimmed, dimensions, classes, pairs);
    }

    /// The relative standard error of a standard deviation of Gaussian rows: what is taken where a figure has no
    /// interval of its own.
    double error() {
        return 1 / Math.sqrt(2.0 * Math.max(1, rows - 1));
    }

    /// The directions in which centred rows can vary at all.
    long room() {
        return Math.min(rows - 1, width);
    }
}
