package org.fullrank.preflight;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.method.Method;
import org.fullrank.method.MethodSpec;
import org.fullrank.method.SelfDistillation;
import org.fullrank.method.TargetSpec;
import org.fullrank.method.Wiring;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.preflight.PreflightCheck.Finding;
import org.jspecify.annotations.Nullable;

/// Checks that self-distillation is wired as the recipe says. The check uses the gradients and buffers of one
/// step of a temporary copy. The check is important because the loss allows a constant output: a missing
/// stop-gradient or predictor leads to collapse.
final class DistillationWiring {
    static final String NAME = "wiring";

    /// If the gradient at the target is above this share of the gradient at the online embedding, it is not
    /// stopped. A stopped gradient is exactly 0.
    static final double LEAK = 1e-6;

    /// If predictions differ from their input by less than this, the predictor has no effect. A predictor
    /// with random initial values changes an embedding by about its own length.
    static final double NO_PREDICTION = 1e-6;

    /// Largest accepted difference between the share of the target that one step keeps and the recipe's
    /// share. The update is rounded to float32.
    static final double RATE_TOLERANCE = 0.02;

    /// If a target averages over more than this share of the training, it hardly changes during the training.
    /// The targets of published recipes average over a hundredth of the training or less.
    static final double SLOW = 0.25;

    private DistillationWiring() {}

    /// The measurements.
    ///
    /// @param wiring through which networks the gradients flow
    /// @param kept share of the target that was kept in one step, NaN without a target network
    /// @param expected the share according to the recipe
    /// @param horizon steps that the target averages over, as a share of the training
    /// @param norms number of norm layers that updated their statistics in encoder, projector and predictor
    record Seen(Wiring wiring, double kept, double expected, double horizon, SequencedMap<String, Integer> norms) {}

    static PreflightCheck of(Rehearsal rehearsal, int rows) {
        if (!(rehearsal.recipe().method() instanceof MethodSpec.Distillation spec)) {
            return PreflightCheck.of(
                    NAME,
                    Finding.FINE,
                    new LinkedHashMap<>(),
                    "no self-distillation: both views meet in one network and the gradient flows through both");
        }
        return judge(spec, see(rehearsal, spec, rows));
    }

    private static Seen see(Rehearsal rehearsal, MethodSpec.Distillation spec, int rows) {
        try (Rehearsal.Try copy = rehearsal.start()) {
            var method = (SelfDistillation) copy.method();
            try (var scope = Scope.open()) {
                Tensor statistics = method.parameters().statistics().clone(); // [Q]
                Wiring wiring = method.wiring(rehearsal.batch(0, rows).views(), 0);
                var norms = norms(method.parameters(), statistics);
                ParameterBuffer target = method.buffers().get("target.");
                if (target == null || !(spec.target() instanceof TargetSpec.Ema ema)) {
                    return new Seen(wiring, Double.NaN, Double.NaN, Double.NaN, norms);
                }
                Tensor before = target.values().clone(); // [T]
                copy.step(rehearsal.peakRate(), rows);
                double expected = ema.rate(0, rehearsal.totalSteps());
                double horizon = 1 / Math.max(1e-12, 1 - expected) / rehearsal.totalSteps();
                return new Seen(wiring, kept(target, before, method.parameters()), expected, horizon, norms);
            }
        }
    }

    /// `1 - <moved, apart> / |apart|^2`, where `apart` is the difference between the online parameters and
    /// the old target.
    private static double kept(ParameterBuffer target, Tensor before, ParameterBuffer online) {
        try (var off = Gradients.off()) {
            double along = 0;
            double whole = 0;
            for (ParameterBuffer.Segment segment : target.segments()) {
                Tensor old = segment.view(before);
                Tensor apart =
                        same(online, segment.name()).view(online.values()).sub(old);
                Tensor moved = segment.view(target.values()).sub(old);
                along += Tensors.value(moved.mul(apart).sum());
                whole += Tensors.value(apart.square().sum());
            }
            return whole == 0 ? Double.NaN : 1 - along / whole;
        }
    }

    private static ParameterBuffer.Segment same(ParameterBuffer buffer, String name) {
        return buffer.segments().stream()
                .filter(s -> s.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the target has " + name + ", the online network not"));
    }

    /// Number of norm layers whose running mean or variance changed, for each part of the network.
    private static SequencedMap<String, Integer> norms(ParameterBuffer buffer, Tensor before) {
        var norms = new LinkedHashMap<String, Integer>();
        List.of("encoder", "projector", Method.PREDICTOR).forEach(part -> norms.put(part, 0));
        for (ParameterBuffer.Segment segment : buffer.statisticSegments()) {
            String part = segment.name().substring(0, Math.max(0, segment.name().indexOf('.')));
            boolean moved = Tensors.value(segment.view(buffer.statistics())
                            .sub(segment.view(before))
                            .abs()
                            .max())
                    > 0;
            if (segment.name().endsWith("running_var") && moved && norms.containsKey(part)) {
                norms.merge(part, 1, Integer::sum);
            }
        }
        return norms;
    }

    static PreflightCheck judge(MethodSpec.Distillation spec, Seen seen) {
        var figures = new LinkedHashMap<String, Double>();
        Wiring wiring = seen.wiring();
        double leak = (wiring.targetGradient() + wiring.targetParameterGradient())
                / Math.max(wiring.onlineGradient(), Double.MIN_NORMAL);
        figures.put("target-gradient", leak);
        figures.put("prediction-distance", wiring.prediction());
        if (!Double.isNaN(seen.kept())) {
            figures.put("target-kept", seen.kept());
            figures.put("target-horizon", seen.horizon());
        }
        seen.norms().forEach((part, count) -> figures.put(part + "-norms", count.doubleValue()));
        var found = new Findings();
        Finding held = spec.regularizer() != null && spec.weight() > 0 ? Finding.CONSIDER : Finding.WRONG;
        if (leak > LEAK) {
            found.add(
                    held,
                    "the gradient reaches the target: both branches move towards each other, which ends in a collapse",
                    "method.target.type=stop-gradient");
        }
        if (wiring.prediction() < NO_PREDICTION) {
            found.add(
                    held,
                    "there is no predictor: the online branch is the prediction, which ends in a collapse",
                    "method.predictor.type=mlp");
        }
        target(seen, found);
        if (seen.norms().values().stream().allMatch(n -> n == 0)) {
            found.add(
                    Finding.CONSIDER,
                    "no batch norm anywhere: such training often collapses to a few dimensions",
                    "method.projector.batchNorm=true");
        }
        return new PreflightCheck(NAME, found.finding, figures, found.why(healthy(seen)), found.changes);
    }

    private static void target(Seen seen, Findings found) {
        if (Double.isNaN(seen.expected())) {
            return;
        }
        if (!(Math.abs(seen.kept() - seen.expected()) <= RATE_TOLERANCE)) {
            found.add(
                    Finding.WRONG,
                    "the target keeps a share of %s of its old values in a step, expected %s"
                            .formatted(PreflightReport.number(seen.kept()), seen.expected()),
                    null);
        }
        if (seen.horizon() > SLOW) {
            found.add(
                    Finding.CONSIDER,
                    "the target averages over %s times the whole training: it hardly changes from its initial values"
                            .formatted(PreflightReport.number(seen.horizon())),
                    "method.target.rate=" + wantedRate(seen));
        }
    }

    /// The rate of a target network that averages over a hundredth of the training.
    private static String wantedRate(Seen seen) {
        double steps = 1 / Math.max(1e-12, 1 - seen.expected()) / seen.horizon();
        return String.format(Locale.ROOT, "%.3g", Math.max(0.5, 1 - 100 / Math.max(steps, 200)));
    }

    private static String healthy(Seen seen) {
        String target = Double.isNaN(seen.expected())
                ? "the gradient stops at the target"
                : "no gradient reaches the target network, which keeps a share of %s of its old values in a step"
                        .formatted(PreflightReport.number(seen.kept()));
        return target + "; there is a predictor; norms: " + seen.norms();
    }

    /// Collects findings.
    private static final class Findings {
        private Finding finding = Finding.FINE;
        private final List<String> reasons = new ArrayList<>();
        private final List<String> changes = new ArrayList<>();

        void add(Finding severity, String reason, @Nullable String change) {
            finding = finding.or(severity);
            reasons.add(reason);
            if (change != null) {
                changes.add(change);
            }
        }

        String why(String healthy) {
            return reasons.isEmpty() ? healthy : String.join("; ", reasons);
        }
    }
}
