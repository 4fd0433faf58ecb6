package org.fullrank.compare;

import java.util.List;
import org.fullrank.stats.MeanAndSpread;
import org.fullrank.stats.PairedTest;

/// One candidate of a comparison and all its trainings.
///
/// @param candidate the candidate that was trained
/// @param outcomes one outcome for each seed, in their order
public record Row(Candidate candidate, List<TrainingOutcome> outcomes) {
    public Row {
        outcomes = List.copyOf(outcomes);
    }

    /// The measured trainings.
    public List<TrainingOutcome.Measured> measured() {
        return outcomes.stream()
                .filter(TrainingOutcome.Measured.class::isInstance)
                .map(TrainingOutcome.Measured.class::cast)
                .toList();
    }

    /// The mean and the spread of a measure over the measured seeds.
    public MeanAndSpread spread(ComparedMeasure figure) {
        return MeanAndSpread.of(measured(), figure::of);
    }

    /// The paired test of a measure over the seeds that were measured for both rows.
    public PairedTest test(Row reference, ComparedMeasure figure) {
        var pairs = measured().stream()
                .flatMap(mine -> reference.measured().stream()
                        .filter(other -> other.cell().seed() == mine.cell().seed())
                        .map(other -> new double[] {figure.of(mine), figure.of(other)}))
                .toList();
        return PairedTest.of(
                pairs.stream().mapToDouble(pair -> pair[0]).toArray(),
                pairs.stream().mapToDouble(pair -> pair[1]).toArray());
    }
}
