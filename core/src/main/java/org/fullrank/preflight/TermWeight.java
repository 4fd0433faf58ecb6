package org.fullrank.preflight;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.fullrank.method.MethodSpec;
import org.fullrank.objective.BarlowTwins;
import org.fullrank.objective.LeJepa;
import org.fullrank.objective.LogDet;
import org.fullrank.objective.Lpl;
import org.fullrank.objective.Mmcr;
import org.fullrank.objective.NtXent;
import org.fullrank.objective.ObjectiveSpec;
import org.fullrank.objective.Svmax;
import org.fullrank.objective.Tico;
import org.fullrank.objective.Vicreg;
import org.fullrank.objective.VicregPaper;
import org.fullrank.objective.VicregSolo;
import org.fullrank.objective.WMse;

/// The setting that weighs a term of the loss. The gradient of the term is proportional to it, but for LeJEPA, where
/// one number shares the weight out.
///
/// @param key in a recipe
/// @param value in this recipe
record TermWeight(String key, double value) {
    private static final String OBJECTIVE = "method.objective.";

    /// The weights of a method by the names of its terms; terms without a weight of their own are missing.
    static SequencedMap<String, TermWeight> of(MethodSpec method) {
        return switch (method) {
            case MethodSpec.Joint joint -> {
                var weights = of(joint.objective());
                for (int i = 0; i < joint.inner().size(); i++) {
                    MethodSpec.Inner inner = joint.inner().get(i);
                    weights.put(
                            inner.layer() + "." + inner.regularizer().part(),
                            new TermWeight("method.inner." + i + ".weight", inner.weight()));
                }
                yield weights;
            }
            case MethodSpec.Local local -> of(local.objective());
            case MethodSpec.Distillation distillation -> {
                var weights = new LinkedHashMap<String, TermWeight>();
                if (distillation.regularizer() != null) {
                    weights.put(
                            distillation.regularizer().part(), new TermWeight("method.weight", distillation.weight()));
                }
                yield weights;
            }
        };
    }

    private static SequencedMap<String, TermWeight> of(ObjectiveSpec spec) {
        return switch (spec) {
            case Vicreg v -> vicreg(v.invariance(), v.variance(), v.covariance());
            case VicregPaper v -> vicreg(v.invariance(), v.variance(), v.covariance());
            case VicregSolo v -> vicreg(v.invariance(), v.variance(), v.covariance());
            case Svmax s ->
                weights(
                        new String[] {"alignment", "mean_singular_value"},
                        new String[] {"alignment", "meanSingularValue"},
                        s.alignment(),
                        s.meanSingularValue());
            case Lpl l ->
                weights(
                        new String[] {"pull", "push", "decorrelation"},
                        new String[] {"pull", "push", "decorrelation"},
                        l.pull(),
                        l.push(),
                        l.decorrelation());
            case LogDet l ->
                weights(
                        new String[] {"invariance", "log_det"},
                        new String[] {"invariance", "entropy"},
                        l.invariance(),
                        l.entropy());
            case BarlowTwins b -> weights(new String[] {"off_diagonal"}, new String[] {"lambda"}, b.lambda());
            case Mmcr m -> weights(new String[] {"local_nuclear"}, new String[] {"lambda"}, m.lambda());
            case Tico t -> weights(new String[] {"contrast"}, new String[] {"rho"}, t.rho());
            case LeJepa _, NtXent _, WMse _ -> new LinkedHashMap<>();
        };
    }

    private static SequencedMap<String, TermWeight> vicreg(double... values) {
        String[] names = List.of("invariance", "variance", "covariance").toArray(String[]::new);
        return weights(names, names, values);
    }

    private static SequencedMap<String, TermWeight> weights(String[] terms, String[] keys, double... values) {
        var weights = new LinkedHashMap<String, TermWeight>();
        for (int i = 0; i < terms.length; i++) {
            weights.put(terms[i], new TermWeight(OBJECTIVE + keys[i], values[i]));
        }
        return weights;
    }
}
