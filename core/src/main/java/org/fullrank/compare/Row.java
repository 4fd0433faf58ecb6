package org.fullrank.compare;

import java.util.List;

/// One candidate of a comparison, with all its trainings.
///
/// @param candidate what was trained
/// @param outcomes one for each seed, in their order
public record Row(Candidate candidate, List<Outcome> outcomes) {
    public Row {
        outcomes = List.copyOf(outcomes);
    }

    /// The trainings that were measured.
    public List<Outcome.Measured> measured() {
        return outcomes.stream()
                .filter(Outcome.Measured.class::isInstance)
                .map(Outcome.Measured.class::cast)
                .toList();
    }

    /// A figure over the seeds that were measured.
    public Spread spread(Figure figure) {
        return Spread.of(measured().stream().mapToDouble(figure::of).toArray());
    }

    /// The paired test of a figure over the seeds that were measured for both.
    public PairedTest test(Row reference, Figure figure) {
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
