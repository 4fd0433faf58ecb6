package org.fullrank.diagnose;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The values that the rules of [Verdicts] use.
///
/// @param rows N
/// @param width D
/// @param norm median length of the rows that are not zero; 0 if all rows are zero
/// @param directions standard deviation of a dimension, times `sqrt(D)`, after rows are scaled to length 1.
///     It is 0 if all rows have the same direction, and 1 if all directions are equally frequent
/// @param offset `|mean|^2 / E|z|^2`, 0 to 1; NaN if all rows are zero
/// @param spectrum of the centered rows
/// @param dimensions which dimensions are dead or copies
/// @param classes spread of each class; empty if there are no labels
/// @param pairs how well the two views agree; null if there is only one view
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

    /// Faults of single dimensions.
    ///
    /// @param dead number of dimensions that never vary
    /// @param copies number of dimensions that repeat an earlier one, up to sign and scale
    /// @param correlation mean squared correlation of two dimensions
    record Dimensions(int dead, int copies, double correlation) {}

    /// One class.
    ///
    /// @param name name of the class, or its number
    /// @param rows number of its rows
    /// @param spread root mean squared distance from its centroid, as a share of the root mean squared
    ///     distance of all rows from their mean
    record ClassSpread(String name, long rows, double spread) {}

    /// Two views of the same rows.
    ///
    /// @param distance mean squared distance of the two views of a row, as a share of the mean squared
    ///     distance of unrelated rows
    /// @param matches share of rows whose nearest neighbor among the second views is their own second view
    /// @param rows number of rows among which the neighbors were searched
    record Pairs(double distance, double matches, long rows) {}

    /// Relative standard errors.
    ///
    /// @param directions error of [#directions]
    /// @param rest error of `1 - offset`
    /// @param spectrum error of the ranks and of the decay of the spectrum
    /// @param plain error of all other figures, which is the error of a standard deviation of Gaussian rows
    record Errors(double directions, double rest, double spectrum, double plain) {
        /// The errors if there are no intervals.
        static Errors plain(long rows) {
            double plain = 1 / Math.sqrt(2.0 * Math.max(1, rows - 1));
            return new Errors(plain, plain, plain, plain);
        }
    }
}
