package org.fullrank.diagnose;

import static org.fullrank.diagnose.ScaleRules.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Decides what is wrong with an embedding. Each [Rule] looks for one fault and reports its confidence that
/// the embedding has this fault. A rule above its threshold becomes a verdict, unless a more severe verdict
/// already explains it. A verdict has the confidence of its rule, see [Confidence]. The confidence of
/// "healthy" is 1 minus the largest confidence of all rules.
final class Verdicts {
    /// A rule looks for one fault. It returns null if its figures are missing.
    @FunctionalInterface
    interface Rule {
        @Nullable
        Finding judge(Figures figures);
    }

    /// All rules, in the order of the severity of their faults.
    static final List<Rule> RULES = List.of(
            ScaleRules::constant,
            DimensionRules::dimensional,
            ScaleRules::blowUp,
            ScaleRules::vanishing,
            DimensionRules::redundant,
            ScaleRules::offset,
            RelationRules::classWise,
            RelationRules::shortcut,
            RelationRules::overAugmented,
            SampleRules::underSampled);

    private Verdicts() {}

    /// Faults that a few outlying rows can imitate. They must also be found with the [Trimmed] rows.
    private static final Set<Verdict.Kind> MIMICKED =
            EnumSet.of(Verdict.Kind.DIMENSIONAL, Verdict.Kind.REDUNDANT, Verdict.Kind.CLASS_WISE);

    /// The verdicts on an embedding, most severe first. If no rule is above its threshold, the only verdict
    /// is healthy.
    ///
    /// @param trimmed the figures of trimmed rows, see [Trimmed]; computed only when needed
    /// @param harmless faults that do not count here
    static List<Verdict> of(Figures figures, Supplier<Figures> trimmed, Set<Verdict.Kind> harmless) {
        if (figures.rows() < SampleRules.FEWEST_ROWS) {
            return List.of(SampleRules.underSampled(figures).verdict());
        }
        List<Finding> findings = judged(figures, harmless);
        Figures pulledIn = null;
        if (findings.stream().anyMatch(finding -> finding.isVerdict() && MIMICKED.contains(finding.kind()))) {
            pulledIn = trimmed.get();
            findings = agreed(findings, judged(pulledIn, harmless));
        }
        Set<Verdict.Kind> explained = EnumSet.noneOf(Verdict.Kind.class);
        findings.stream().filter(Finding::isVerdict).forEach(finding -> explained.addAll(finding.explains()));
        List<Verdict> verdicts = findings.stream()
                .filter(Finding::isVerdict)
                .filter(finding -> !explained.contains(finding.kind()))
                .map(Finding::verdict)
                .toList();
        return verdicts.isEmpty() ? List.of(healthy(figures, pulledIn, findings)) : verdicts;
    }

    private static List<Finding> judged(Figures figures, Set<Verdict.Kind> harmless) {
        List<Finding> findings = new ArrayList<>();
        for (Rule rule : RULES) {
            Finding finding = rule.judge(figures);
            if (finding != null && !harmless.contains(finding.kind())) {
                findings.add(finding);
            }
        }
        return findings;
    }

    private static List<Finding> agreed(List<Finding> findings, List<Finding> trimmed) {
        return findings.stream()
                .map(finding -> MIMICKED.contains(finding.kind())
                        ? finding.atMost(trimmed.stream()
                                .filter(other -> other.kind() == finding.kind())
                                .mapToDouble(Finding::degree)
                                .findFirst()
                                .orElse(1))
                        : finding)
                .toList();
    }

    /// @param trimmed the figures of trimmed rows; null if they were not needed
    private static Verdict healthy(Figures figures, @Nullable Figures trimmed, List<Finding> findings) {
        Finding nearest = findings.stream()
                .max(Comparator.comparingDouble(Finding::degree))
                .orElseThrow();
        String spectrum = trimmed == null
                ? DimensionRules.shape(figures.spectrum()) + DimensionRules.rule()
                : "with the outlying rows pulled in: %s%s; with the rows as they are: %s"
                        .formatted(
                                DimensionRules.shape(trimmed.spectrum()),
                                DimensionRules.rule(),
                                DimensionRules.shape(figures.spectrum()));
        return new Verdict(
                Verdict.Kind.HEALTHY,
                1 - nearest.degree(),
                spectrum
                        + text(
                                "; the mean is %.0f %% of the squared length; nearest fault: %s",
                                100 * figures.offset(), nearest.kind().title()),
                "change nothing; keep these figures to compare with later ones");
    }
}
