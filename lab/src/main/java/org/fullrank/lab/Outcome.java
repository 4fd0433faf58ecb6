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

    /// Number of claims with this verdict.
    public int count(ClaimVerdict verdict) {
        return (int) claims.stream().filter(claim -> claim.verdict() == verdict).count();
    }
}
