package org.fullrank.diagnose;

import java.util.Set;

/// The result of one rule for one embedding.
///
/// @param kind the fault that the rule looks for
/// @param degree confidence in the fault, from 0 to 1. Above 1/2, the finding is a verdict. Below 1/2, it is
///     a sign of health
/// @param evidence the figures with their thresholds, one line
/// @param next one step to take, one line
/// @param explains verdicts that follow from this verdict. They are not reported if this one is
record Finding(Verdict.Kind kind, double degree, String evidence, String next, Set<Verdict.Kind> explains) {
    /// A finding is a verdict if its degree is above this value.
    static final double VERDICT = 0.5;

    Finding {
        explains = Set.copyOf(explains);
    }

    Finding(Verdict.Kind kind, double degree, String evidence, String next) {
        this(kind, degree, evidence, next, Set.of());
    }

    Finding atMost(double limit) {
        return new Finding(kind, Math.min(degree, limit), evidence, next, explains);
    }

    boolean isVerdict() {
        return degree > VERDICT;
    }

    Verdict verdict() {
        return new Verdict(kind, degree, evidence, next);
    }
}
