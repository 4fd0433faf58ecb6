package org.fullrank.lab;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The result of an experiment.
///
/// @param claims the claims with their verdicts, at least one
/// @param table the values behind the claims
/// @param figure the figure; null if nothing could be measured
public record Outcome(
        List<Claim> claims, ResultTable table, @Nullable Figure figure) {
    public Outcome {
        claims = List.copyOf(claims);
        if (claims.isEmpty()) {
            throw new IllegalArgumentException("an outcome without claims shows nothing");
        }
    }

    /// For experiments whose quick sizes are too small for their statistics: the values of a quick run are shown,
    /// but they do not decide the claims.
    Outcome decidedAtFullSize(Setting setting) {
        return setting.quick()
                ? new Outcome(
                        claims.stream()
                                .map(claim -> claim.undecided("needs the full size, leave out --quick"))
                                .toList(),
                        table,
                        figure)
                : this;
    }

    /// Number of claims with this verdict.
    public int count(ClaimVerdict verdict) {
        return (int) claims.stream().filter(claim -> claim.verdict() == verdict).count();
    }
}
