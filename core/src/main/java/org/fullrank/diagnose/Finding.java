package org.fullrank.diagnose;

import java.util.Set;

/// What one rule says of an embedding.
///
/// @param kind what it looks for
/// @param degree how sure it is, from 0 to 1; above 1/2 it is a verdict, and below that it speaks for health
/// @param evidence the figures with their thresholds, one line
/// @param next one step to take, one line
/// @param explains verdicts that follow from this one, which are not worth their own line then
record Finding(Verdict.Kind kind, double degree, String evidence, String next, Set<Verdict.Kind> explains) {
    /// The degree above which a finding is a verdict.
    static final double SPOKEN = 0.5;

    Finding {
        explains = Set.copyOf(explains);
    }

    Finding(Verdict.Kind kind, double degree, String evidence, String next) {
        this(kind, degree, evidence, next, Set.of());
    }

    Finding atMost(double limit) {
        return new Finding(kind, Math.min(degree, limit), evidence, next, explains);
    }

    boolean speaks() {
        return degree > SPOKEN;
    }

    Verdict verdict() {
        return new Verdict(kind, degree, evidence, next);
    }
}
