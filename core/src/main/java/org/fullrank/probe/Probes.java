package org.fullrank.probe;

import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.fullrank.data.TrainTest;
import org.fullrank.method.Method;
import org.fullrank.probe.ProbeTable.Baseline;
import org.jspecify.annotations.Nullable;

/// Measures the kNN and linear accuracy of an encoder and of its baselines.
///
/// @param knn the nearest-neighbor probe; null to leave it out
/// @param linear the linear probe; null to leave it out
/// @param baselines the baselines that are measured. The encoder's numbers and the protocol do not depend on
///     this choice
public record Probes(@Nullable KnnProtocol knn, @Nullable LinearProtocol linear, Set<Baseline> baselines)
        implements Evaluation {
    private static final String KNN = "knn";
    private static final String LINEAR = "linear";

    public Probes {
        baselines = Set.copyOf(baselines);
    }

    /// Both probes with their defaults, and all baselines.
    public static Probes defaults() {
        return new Probes(KnnProtocol.defaults(), LinearProtocol.defaults(), EnumSet.allOf(Baseline.class));
    }

    /// The same with other baselines.
    public Probes withBaselines(Set<Baseline> baselines) {
        return new Probes(knn, linear, baselines);
    }

    @Override
    public String name() {
        return "probes";
    }

    @Override
    public List<String> parts() {
        return List.of(KNN, LINEAR);
    }

    @Override
    public Probes only(Collection<String> parts) {
        return new Probes(parts.contains(KNN) ? knn : null, parts.contains(LINEAR) ? linear : null, baselines);
    }

    @Override
    public ProbeTable run(Subject subject) {
        TrainTest items = subject.items();
        Protocol protocol = Protocol.of(subject.source())
                .withKnn(knn == null ? null : knn.within(items.train().size()))
                .withLinear(linear)
                .withConvolutions(RandomConvolutions.fit(items.train(), items.test()));
        subject.note("embedding %d items ..."
                .formatted(items.train().size() + items.test().size()));
        Splits encoded = new Splits(subject.embed(items.train()), subject.embed(items.test()));
        boolean asked = baselines.contains(Baseline.UNTRAINED);
        Splits untrained = asked && subject.isTrained() ? untrained(subject, items) : null;
        Splits raw = baselines.contains(Baseline.RAW) ? RawInput.of(items.train(), items.test()) : null;
        Supplier<Splits> convolutions = protocol.convolutions() && baselines.contains(Baseline.RAW)
                ? () -> RandomConvolutions.of(items.train(), items.test())
                : null;
        ProbeTable table =
                ProbeTable.of(new ProbeTable.Subjects(encoded, untrained, raw, convolutions), protocol, subject::note);
        return subject.isTrained() ? table : table.ofClosedForm(asked ? UntrainedTwin.missing(subject) : List.of());
    }

    private static Splits untrained(Subject subject, TrainTest items) {
        try (Method twin = UntrainedTwin.of(subject, items.train())) {
            return new Splits(subject.embed(twin, items.train()), subject.embed(twin, items.test()));
        }
    }
}
