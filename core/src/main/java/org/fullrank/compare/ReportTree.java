package org.fullrank.compare;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.fullrank.diagnose.Vitals;
import org.fullrank.stats.MeanAndSpread;

/// Converts a report to a tree of maps and lists, for JSON. Accuracies are numbers from 0 to 1.
final class ReportTree {
    private ReportTree() {}

    static SequencedMap<String, Object> of(ComparisonReport report) {
        var tree = new LinkedHashMap<String, Object>();
        tree.put("hash", report.protocol().hash());
        tree.put("protocol", report.protocol().fields());
        tree.put("reference", report.reference().candidate().label());
        tree.put("rows", report.rows().stream().map(row -> row(report, row)).toList());
        tree.put(
                "baselines",
                report.baselines().entrySet().stream()
                        .map(e -> baseline(e.getKey(), e.getValue()))
                        .toList());
        return tree;
    }

    private static SequencedMap<String, Object> row(ComparisonReport report, Row row) {
        var tree = new LinkedHashMap<String, Object>();
        tree.put("label", row.candidate().label());
        tree.put("recipe", row.candidate().recipe().name());
        tree.put("runs", row.outcomes().stream().map(ReportTree::run).toList());
        for (ComparedMeasure figure : ComparedMeasure.values()) {
            tree.put(figure.key(), spread(row.spread(figure)));
        }
        var tests = new LinkedHashMap<String, Object>();
        for (ComparedMeasure figure : ComparisonReport.TESTED) {
            ComparisonReport.Verdict verdict = report.verdict(row, figure);
            if (verdict != null) {
                tests.put(figure.key(), verdict(verdict));
            }
        }
        tree.put("againstReference", tests);
        return tree;
    }

    private static SequencedMap<String, Object> run(TrainingOutcome outcome) {
        var tree = new LinkedHashMap<String, Object>();
        tree.put("seed", outcome.cell().seed());
        tree.put("run", outcome.cell().folder().toString());
        switch (outcome) {
            case TrainingOutcome.Failed failed -> {
                tree.put("status", "failed");
                tree.put("message", failed.message());
            }
            case TrainingOutcome.Pending pending -> {
                tree.put("status", "pending");
                tree.put("message", pending.message());
            }
            case TrainingOutcome.Measured done -> {
                tree.put("status", "finished");
                for (ComparedMeasure figure : ComparedMeasure.values()) {
                    tree.put(figure.key(), figure.of(done));
                }
                tree.put("representation", shape(done.health().representation()));
                tree.put("embedding", shape(done.health().embedding()));
            }
        }
        return tree;
    }

    private static SequencedMap<String, Object> shape(Vitals vitals) {
        var tree = new LinkedHashMap<String, Object>();
        tree.put("width", vitals.width());
        tree.put("rows", vitals.rows());
        return tree;
    }

    private static SequencedMap<String, Object> spread(MeanAndSpread spread) {
        var tree = new LinkedHashMap<String, Object>();
        tree.put("n", spread.n());
        tree.put("mean", spread.mean());
        tree.put("std", spread.std());
        return tree;
    }

    private static SequencedMap<String, Object> verdict(ComparisonReport.Verdict verdict) {
        var tree = new LinkedHashMap<String, Object>();
        tree.put("n", verdict.test().n());
        tree.put("difference", verdict.test().difference());
        tree.put("t", verdict.isTested() ? verdict.test().t() : null);
        tree.put("p", verdict.isTested() ? verdict.test().p() : null);
        tree.put("pHolm", verdict.isTested() ? verdict.holm() : null);
        tree.put("different", verdict.different());
        return tree;
    }

    private static SequencedMap<String, Object> baseline(String name, List<Score> scores) {
        var tree = new LinkedHashMap<String, Object>();
        tree.put("name", name);
        tree.put("width", scores.getFirst().width());
        tree.put("knn", spread(MeanAndSpread.of(scores, Score::knnShare)));
        tree.put("linear", spread(MeanAndSpread.of(scores, Score::linearShare)));
        return tree;
    }
}
