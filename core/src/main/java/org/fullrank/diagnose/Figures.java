package org.fullrank.diagnose;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The figures that the rules of [Verdicts] use.
///
/// @param rows N
/// @param width D
/// @param norm median length of the rows that are not zero; 0 if all rows are zero
/// @param directions standard deviation of a dimension of rows of length 1, times `sqrt(D)`: 0 if all rows
///     have the same direction, 1 if all directions are equally frequent
/// @param offset `|mean|^2 / E|z|^2`, 0 to 1; NaN if all rows are zero
/// @param spectrum of the centered rows
/// @param dimensions which dimensions are dead or copies
/// @param classes spread of each class; empty if there are no labels
/// @param pairs how the two views agree; null if there is only one
/// @param errors standard errors of the figures
record Figures(
        long rows,
        int width,
        double norm,
        double directions,
        double offset,
        SpectrumShape spectrum,
        Dimensions dimensions,
        List<ClassSpread> classes,
        @Nullable Pairs pairs,
        Errors errors) {
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
    /// @param name its own, or its number
    /// @param rows how many there are of it
    /// @param spread root mean squared distance from its centroid, as a share of that of all rows from the mean of
    ///     all
    record ClassSpread(String name, long rows, double spread) {}

    /// Two views of the same rows.
    ///
    /// @param distance mean squared distance of the two views of a row, as a share of that of unrelated rows
    /// @param matches share of rows whose nearest neighbor among the other views is their own other view
    /// @param rows among how many they were looked for
    record Pairs(double distance, double matches, long rows) {}

    /// Relative standard errors.
    ///
    /// @param directions of [#directions]
    /// @param rest of `1 - offset`
    /// @param spectrum of its ranks, and of how it falls off
    /// @param plain of a standard deviation of Gaussian rows: of all other figures
    record Errors(double directions, double rest, double spectrum, double plain) {
        /// Where there are no intervals.
        static Errors plain(long rows) {
            double plain = 1 / Math.sqrt(2.0 * Math.max(1, rows - 1));
            return new Errors(plain, plain, plain, plain);
        }
    }

    /// The directions in which centered rows can vary at all.
    long available() {
        return Math.min(rows - 1, width);
    }
}
