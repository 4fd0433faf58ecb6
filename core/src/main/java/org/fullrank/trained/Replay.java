package org.fullrank.trained;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Dataset;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;
import org.fullrank.method.Method;
import org.fullrank.monitor.Monitor;
import org.fullrank.net.NonFiniteTrace;
import org.fullrank.net.NonFiniteTrace.Finding;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.net.ParameterBuffer.Segment;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunFolder;
import org.fullrank.text.Numbers;
import org.fullrank.train.Checkpoint;
import org.fullrank.train.Flight;
import org.fullrank.train.Learner;
import org.jspecify.annotations.Nullable;

/// Replays the last steps of a failed run from the snapshot of its flight recorder. Finds the first operation
/// whose result is not finite. The replay checks the network and its target layer by layer, and the objective
/// term by term. The replay also checks the gradients and the optimizer step.
public final class Replay {
    /// The result of a replay.
    ///
    /// @param found the error that the run had found
    /// @param snapshot steps done at the snapshot
    /// @param steps number of replayed steps
    /// @param reproduced number of replayed steps whose loss and gradient length equal those of the run, bit
    ///     by bit
    /// @param step number of the step, from 1, that contains the operation. A number after the last step
    ///     means the check after it
    /// @param operation the first operation whose result is not finite; null if all results were finite
    /// @param weights range of the parameters of this operation; empty if it has none
    public record Report(
            String found,
            long snapshot,
            int steps,
            int reproduced,
            long step,
            @Nullable Finding operation,
            String weights) {
        /// Whether every step had the same result as in the run.
        public boolean isExact() {
            return reproduced == steps;
        }

        /// For people.
        ///
        /// @param run its folder
        public String text(Path run) {
            var text = new StringBuilder();
            text.append("run %s ended %s%n".formatted(run, found));
            text.append(
                    "%d of %s from step %d on had the same loss and gradient as in the run, bit by bit%s%n"
                            .formatted(
                                    reproduced,
                                    Numbers.count(steps, "step"),
                                    snapshot + 1,
                                    isExact()
                                            ? ""
                                            : ": not the same machine, data, recipe or version of Fullrank, a GPU whose sums vary, or a fault of the hardware"));
            if (operation == null) {
                return text.append("every operation had a finite result%n".formatted())
                        .toString();
            }
            text.append("first operation that is not finite, in step %d: %s%n".formatted(step, operation.operation()));
            text.append("  given    %s%n".formatted(operation.input()));
            if (!weights.isEmpty()) {
                text.append("  weights  %s%n".formatted(weights));
            }
            return text.append("  result   %s%n".formatted(operation.output())).toString();
        }

        /// For JSON.
        public SequencedMap<String, @Nullable Object> toMap() {
            var map = new LinkedHashMap<String, @Nullable Object>();
            map.put("found", found);
            map.put("snapshot", snapshot);
            map.put("steps", steps);
            map.put("reproduced", reproduced);
            map.put("exact", isExact());
            map.put("step", step);
            map.put("operation", operation == null ? null : operation.operation());
            map.put("input", operation == null ? null : operation.input());
            map.put("output", operation == null ? null : operation.output());
            map.put("weights", weights);
            return map;
        }
    }

    private final Flight flight;
    private final Learner learner;
    private final Method method;
    private int steps;
    private int reproduced;

    private Replay(Flight flight, Learner learner) {
        this.flight = flight;
        this.learner = learner;
        method = learner.method();
    }

    /// Replays a run.
    ///
    /// @param data the data of the run
    /// @param progress receives a line of progress from time to time
    /// @throws InputException when the run has no flight record, or when it used a device or a precision that
    ///     this machine does not have
    public static Report of(RunFolder folder, Dataset data, Consumer<String> progress) {
        Flight flight = Flight.read(folder);
        Recipe recipe = folder.config(Recipe.class);
        try (var learner = new Learner(recipe, data, flight.threads())) {
            requireSame(flight, learner);
            Checkpoint.load(Flight.snapshot(folder), learner.method(), learner.optimizer(), learner.origin());
            progress.accept("replaying %s from step %d, %s in %s with %s"
                    .formatted(
                            Numbers.count(flight.losses().size(), "step"),
                            flight.snapshot(),
                            flight.device().name().toLowerCase(Locale.ROOT),
                            flight.precision().name().toLowerCase(Locale.ROOT),
                            Numbers.count(flight.threads(), "thread")));
            var monitor = new Monitor(recipe.monitor(), data, learner.views(), recipe.seed());
            return NativeErrors.guard("replay", () -> new Replay(flight, learner).run(monitor));
        }
    }

    private static void requireSame(Flight flight, Learner learner) {
        var precision = learner.method().setting().precision();
        if (learner.device() != flight.device() || precision != flight.precision()) {
            throw new InputException(
                    "replay: found %s in %s here, expected %s in %s as in the run; replay it where it ran"
                            .formatted(learner.device(), precision, flight.device(), flight.precision()));
        }
    }

    private Report run(Monitor monitor) {
        for (int i = 0; i < flight.losses().size(); i++) {
            long step = flight.snapshot() + i;
            Finding finding =
                    step(step, flight.losses().get(i), flight.gradients().get(i));
            if (finding != null) {
                return report(step + 1, finding);
            }
        }
        return report(flight.snapshot() + steps, check(monitor));
    }

    private Report report(long step, @Nullable Finding finding) {
        return new Report(
                flight.found(),
                flight.snapshot(),
                steps,
                reproduced,
                step,
                finding,
                finding == null ? "" : weights(finding));
    }

    /// Replays one step and compares it with the run.
    private @Nullable Finding step(long step, double loss, double gradient) {
        try (var scope = Scope.open();
                var trace = NonFiniteTrace.open()) {
            Method.Outcome outcome = learner.gradients(step);
            double norm = learner.gradientNorm();
            steps++;
            if (same(loss, outcome.total()) && same(gradient, norm)) {
                reproduced++;
            }
            Finding finding = trace.first();
            finding = finding != null ? finding : gradients(norm);
            if (finding != null || Learner.fault(outcome, norm) != null) {
                return finding;
            }
            learner.move(step);
            return moved(step);
        }
    }

    private static boolean same(double a, double b) {
        return Double.doubleToLongBits(a) == Double.doubleToLongBits(b);
    }

    /// Finds the first gradient that is not finite. The backward pass runs from the loss to the input, so the
    /// last parameters come first.
    private @Nullable Finding gradients(double norm) {
        ParameterBuffer buffer = method.parameters();
        for (Segment s : buffer.segments().reversed()) {
            Tensor gradient = s.view(buffer.gradients());
            if (!NonFiniteTrace.isFinite(gradient)) {
                return new Finding(
                        "gradient of " + s.name(),
                        s.name(),
                        NonFiniteTrace.range(s.view(buffer.values())),
                        NonFiniteTrace.range(gradient));
            }
        }
        return Double.isFinite(norm)
                ? null
                : new Finding(
                        "length of the gradient", "", NonFiniteTrace.range(buffer.gradients()), Double.toString(norm));
    }

    /// After a step with finite gradients, finds a value that is not finite in the parameters or the running
    /// statistics.
    private @Nullable Finding moved(long step) {
        try (var off = Gradients.off()) {
            ParameterBuffer trained = method.parameters();
            String input = "gradients of %s at a rate of %.4g"
                    .formatted(NonFiniteTrace.range(trained.gradients()), learner.rate(step));
            var found = new ArrayList<Finding>();
            learner.optimizer()
                    .state()
                    .forEach((name, vector) ->
                            find(found, "optimizer %s of ".formatted(name), input, trained.segments(), vector));
            method.buffers().forEach((prefix, buffer) -> {
                find(found, "step of " + prefix, input, buffer.segments(), buffer.values());
                find(
                        found,
                        "running statistic " + prefix,
                        "the batch",
                        buffer.statisticSegments(),
                        buffer.statistics());
            });
            return found.isEmpty() ? null : found.getFirst();
        }
    }

    private static void find(List<Finding> found, String what, String input, List<Segment> segments, Tensor vector) {
        for (Segment s : segments) {
            Tensor view = s.view(vector);
            if (!NonFiniteTrace.isFinite(view)) {
                found.add(new Finding(what + s.name(), s.name(), input, NonFiniteTrace.range(view)));
                return;
            }
        }
    }

    /// Replays the check that follows the last step.
    private @Nullable Finding check(Monitor monitor) {
        try (var trace = NonFiniteTrace.open()) {
            try {
                monitor.check(method);
            } catch (InputException e) {
                return trace.first() != null
                        ? trace.first()
                        : new Finding("check", "", "", String.valueOf(e.getMessage()));
            }
            return trace.first();
        }
    }

    private String weights(Finding finding) {
        ParameterBuffer buffer = method.parameters();
        return buffer.segments().stream()
                .filter(s -> !finding.place().isEmpty()
                        && (s.name().equals(finding.place()) || s.name().startsWith(finding.place() + ".")))
                .findFirst()
                .map(s -> NonFiniteTrace.range(s.view(buffer.values())))
                .orElse("");
    }
}
