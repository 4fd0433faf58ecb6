package org.fullrank.compare;

import java.util.Objects;
import org.fullrank.probe.Linear;
import org.fullrank.probe.ProbeTable;

/// The number of correct answers of the probes for one kind of features.
///
/// @param width features of an item
/// @param asked test items
/// @param knn correct answers of kNN
/// @param linear correct answers of the linear probe
/// @param converged whether the linear probe was fitted to the end
public record Score(int width, int asked, int knn, int linear, boolean converged) {
    static Score of(ProbeTable.Result result) {
        Linear.Outcome linear = Objects.requireNonNull(result.linear());
        return new Score(
                result.width(),
                linear.accuracy().total(),
                Objects.requireNonNull(result.knn()).correct(),
                linear.accuracy().correct(),
                linear.converged());
    }

    /// Share of correct answers, in [0, 1].
    public double knnShare() {
        return (double) knn / asked;
    }

    /// Share of correct answers, in [0, 1].
    public double linearShare() {
        return (double) linear / asked;
    }
}
