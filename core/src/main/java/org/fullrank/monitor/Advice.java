package org.fullrank.monitor;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import org.fullrank.diagnose.Diagnosis;
import org.fullrank.diagnose.Verdict;
import org.fullrank.method.MethodSpec;
import org.fullrank.objective.LogDetEntropy;
import org.fullrank.objective.Objective;

/// The next step of a verdict on a run, in settings that the method of the run has. A verdict on an embedding alone
/// cannot know the method.
public final class Advice {
    /// Weights of objectives that keep the variance of dimensions, the most direct ones first.
    private static final List<String> SPREAD =
            List.of("variance", "push", "entropy", "uniformity", "meanSingularValue");

    /// Weights of objectives that make dimensions differ.
    private static final List<String> DIFFER =
            List.of("covariance", "decorrelation", "entropy", "uniformity", "meanSingularValue");

    /// Weights of objectives that pull the views of an item together.
    private static final List<String> PULL = List.of("invariance", "pull", "alignment");

    private Advice() {}

    /// The diagnosis of an output of a run with this method.
    public static Diagnosis fit(Diagnosis diagnosis, MethodSpec method) {
        return diagnosis.withVerdicts(diagnosis.verdicts().stream()
                .map(verdict -> fit(verdict, method))
                .toList());
    }

    /// The verdict with a next step for this method. A next step that names no setting of a loss stays.
    static Verdict fit(Verdict verdict, MethodSpec method) {
        String given = verdict.next();
        boolean ofLoss = given.contains("method.objective")
                || given.contains("method.regularizer")
                || given.contains("method=barlow-twins");
        String next = ofLoss ? next(verdict.kind(), method) : given;
        return next.equals(given)
                ? verdict
                : new Verdict(verdict.kind(), verdict.confidence(), verdict.evidence(), next);
    }

    private static String next(Verdict.Kind kind, MethodSpec method) {
        return switch (method) {
            case MethodSpec.Joint joint -> next(kind, joint.objective());
            case MethodSpec.Local local -> next(kind, local.objective());
            case MethodSpec.Distillation distillation -> next(kind, distillation);
            case MethodSpec.Metric _ -> "lower optimizer.learningRate, or choose another method.loss.type";
            case MethodSpec.ClosedForm _ -> "choose another relation or a smaller width in fullrank spectral";
        };
    }

    /// A cosine ignores lengths, so a variance hinge on the embedding only makes it longer: its directions stay
    /// collapsed. The entropy also needs directions that differ.
    private static String next(Verdict.Kind kind, MethodSpec.Distillation method) {
        String entropy = method.regularizer() instanceof LogDetEntropy
                ? "raise method.weight"
                : "set method.regularizer.type=log-det-entropy";
        return switch (kind) {
            case CONSTANT, DIMENSIONAL ->
                "keep embeddings apart: %s; or check method.predictor and method.target".formatted(entropy);
            case NORM_VANISHING -> "%s, or lower optimizer.weightDecay".formatted(entropy);
            case REDUNDANT -> "use fewer dimensions, method.projector.widths, or decorrelate them: " + entropy;
            default -> entropy;
        };
    }

    private static String next(Verdict.Kind kind, Objective objective) {
        return switch (kind) {
            case CONSTANT ->
                "keep the variance of each dimension: %s, or lower optimizer.learningRate"
                        .formatted(raise(objective, SPREAD));
            case DIMENSIONAL ->
                "make dimensions differ: %s, or lower optimizer.learningRate".formatted(raise(objective, DIFFER));
            case NORM_VANISHING -> "%s, or lower optimizer.weightDecay".formatted(raise(objective, SPREAD));
            case REDUNDANT ->
                "use fewer dimensions, method.projector.widths, or decorrelate them: " + raise(objective, DIFFER);
            default ->
                weight(objective, PULL).isEmpty()
                        ? "choose another method.objective.type"
                        : "keep samples of a class apart: lower the pull, method.objective." + weight(objective, PULL);
        };
    }

    private static String raise(Objective objective, List<String> weights) {
        String weight = weight(objective, weights);
        return weight.isEmpty() ? "change the loss, method.objective.type=vicreg" : "raise method.objective." + weight;
    }

    /// The first of the names that the objective has; empty if it has none.
    private static String weight(Objective objective, List<String> names) {
        RecordComponent[] components = objective.getClass().getRecordComponents();
        return names.stream()
                .filter(name -> Arrays.stream(components)
                        .anyMatch(component -> component.getName().equals(name)))
                .findFirst()
                .orElse("");
    }
}
