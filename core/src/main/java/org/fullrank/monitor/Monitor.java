package org.fullrank.monitor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Dataset;
import org.fullrank.data.Items;
import org.fullrank.data.SamplingOrder;
import org.fullrank.data.Split;
import org.fullrank.diagnose.Diagnosis;
import org.fullrank.diagnose.Doctor;
import org.fullrank.diagnose.Vitals;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Moments;
import org.fullrank.method.Method;
import org.fullrank.net.Mode;
import org.fullrank.probe.Embedder;
import org.fullrank.probe.Features;
import org.fullrank.probe.Knn;
import org.fullrank.probe.KnnProtocol;
import org.fullrank.run.MonitorSpec;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewTensors;

/// Measures a network during training. The monitor never uses the test split. The monitor measures rank,
/// spread and norms on samples, without labels. If there are labels, the monitor also measures the kNN
/// accuracy on the validation split, or on training samples that are not in the bank. During a check, the
/// network is frozen and gets all samples in their plain view.
public final class Monitor {
    /// The output of the encoder.
    static final String REPRESENTATION = "representation";
    /// The output of the projector.
    static final String EMBEDDING = "embedding";
    /// The outputs that each check diagnoses.
    private static final Set<String> OUTPUTS = Set.of(REPRESENTATION, EMBEDDING);
    /// The embedding of the first view of a training batch.
    public static final String BATCH_EMBEDDING = "batch.embedding";
    /// Number of bank samples for each query, if both come from the train split.
    private static final int BANK_PER_QUERY = 5;
    /// Number of rows of a forward pass.
    private static final int BATCH = 256;

    private final MonitorSpec spec;
    private final Items bank;
    private final Items queries;
    private final ViewGenerator bankViews;
    private final ViewGenerator queryViews;
    private final Items asked; // the queries that have a label
    private final ViewGenerator askedViews;

    public Monitor(MonitorSpec spec, Dataset data, ViewGenerator views, long seed) {
        this.spec = spec;
        Items train = data.items(data.splits().contains(Split.TRAIN) ? Split.TRAIN : Split.UNLABELED);
        int[] order = SamplingOrder.epoch(seed, -1, train.size());
        int limit = spec.knnSamples() == 0 ? train.size() : Math.min(spec.knnSamples(), train.size());
        if (data.splits().contains(Split.VALIDATION)) {
            Items validation = data.items(Split.VALIDATION);
            int[] chosen = SamplingOrder.epoch(seed, -2, validation.size());
            bank = train.subset(Arrays.copyOf(order, limit)).labeled();
            queries = validation.subset(Arrays.copyOf(chosen, Math.min(limit, chosen.length)));
        } else {
            int count = Math.max(1, limit / (BANK_PER_QUERY + 1));
            queries = train.subset(Arrays.copyOf(order, count));
            bank = train.subset(Arrays.copyOfRange(order, count, Math.max(count + 1, limit)))
                    .labeled();
        }
        bankViews = views.on(bank);
        queryViews = views.on(queries);
        asked = queries.labeled();
        askedViews = asked == queries ? queryViews : views.on(asked);
    }

    /// Result of a quick check.
    ///
    /// @param values by their names in the log
    /// @param spectra by place, as in [Vitals#spectrum]
    /// @param diagnoses of representation and embedding. The network is only half trained, so their verdicts
    ///     raise no alarm
    record Check(
            SequencedMap<String, Double> values,
            SequencedMap<String, double[]> spectra,
            SequencedMap<String, Diagnosis> diagnoses) {}

    /// A quick check of representation, embedding and layers; empty if there are fewer than two items.
    ///
    /// @throws InputException when a value is not finite; the message names the place
    public Check check(Method method) {
        var values = new LinkedHashMap<String, Double>();
        var spectra = new LinkedHashMap<String, double[]>();
        var diagnoses = new LinkedHashMap<String, Diagnosis>();
        if (queries.size() < 2) {
            return new Check(values, spectra, diagnoses);
        }
        try (var scope = Scope.withoutGradients()) {
            SequencedMap<String, Tensor> places = places(method);
            places.forEach((place, rows) -> {
                try (Moments moments = Vitals.moments(rows)) {
                    values.putAll(Vitals.of(moments, Vitals.CHECK).at(place));
                    spectra.put(place, Vitals.spectrum(moments));
                    if (OUTPUTS.contains(place)) {
                        diagnoses.put(place, Doctor.examine(place, moments, rows));
                    }
                } catch (InputException e) {
                    throw new InputException("the %s cannot be measured (%s)".formatted(place, e.getMessage()), e);
                }
            });
            values.putAll(method.inspect(Objects.requireNonNull(places.get(EMBEDDING))));
        }
        return new Check(values, spectra, diagnoses);
    }

    /// A diagnosis of one place on the same items.
    Diagnosis diagnose(Method method, String place) {
        try (var scope = Scope.withoutGradients()) {
            return Doctor.examine(place, Objects.requireNonNull(places(method).get(place)), null, null);
        }
    }

    /// The outputs `[N, D]` on the items of a quick check, by place. The caller's scope owns them.
    private SequencedMap<String, Tensor> places(Method method) {
        List<String> blocks = blocks(method);
        var parts = new ArrayList<SequencedMap<String, Tensor>>();
        int count = Math.min(spec.rows(), queries.size());
        for (int begin = 0; begin < count; begin += BATCH) {
            int[] rows = IntStream.range(begin, Math.min(count, begin + BATCH)).toArray();
            try (var scope = Scope.open()) {
                Tensor x =
                        ViewTensors.plain(queryViews, rows, method.parameters().device());
                var outputs = outputs(method, x, blocks);
                outputs.values().forEach(scope::keep);
                parts.add(outputs);
            }
        }
        var places = new LinkedHashMap<String, Tensor>();
        for (String place : parts.getFirst().keySet()) {
            places.put(
                    place,
                    Tensors.cat(parts.stream()
                            .map(p -> Objects.requireNonNull(p.get(place)))
                            .toList()));
        }
        parts.forEach(p -> p.values().forEach(Tensor::close));
        return places;
    }

    /// The outputs of the frozen network for `x`, `[N, ...]`, at its places: the representation, the
    /// embedding and the named blocks. Each output is `[N, D]`, and one pass computes all of them. The
    /// caller's scope owns them.
    public static SequencedMap<String, Tensor> outputs(Method method, Tensor x, List<String> blocks) {
        List<Tensor> encoded = method.encode(x, Mode.EVALUATE, blocks);
        var outputs = new LinkedHashMap<String, Tensor>();
        outputs.put(REPRESENTATION, encoded.getFirst());
        outputs.put(EMBEDDING, method.project(encoded.getFirst(), Mode.EVALUATE));
        for (int i = 0; i < blocks.size(); i++) {
            outputs.put("block." + blocks.get(i), encoded.get(i + 1));
        }
        return outputs;
    }

    private List<String> blocks(Method method) {
        return Stream.concat(method.watched().stream(), spec.layers().stream())
                .distinct()
                .toList();
    }

    /// kNN accuracy, if there are labels. The keys are `knn`, and `block.NAME.knn` for the blocks that the
    /// method trains directly.
    SequencedMap<String, Double> knn(Method method) {
        var values = new LinkedHashMap<String, Double>();
        if (asked.labels() == null || asked.size() == 0 || bank.labels() == null || bank.size() < spec.knnNeighbors()) {
            return values;
        }
        List<String> blocks = method.watched();
        List<Features> queried = Embedder.embed(method, askedViews, asked, blocks);
        List<Features> known = Embedder.embed(method, bankViews, bank, blocks);
        var protocol = new KnnProtocol(spec.knnNeighbors(), KnnProtocol.TEMPERATURE);
        for (int i = 0; i < known.size(); i++) {
            String name = i == 0 ? "knn" : "block." + blocks.get(i - 1) + ".knn";
            values.put(
                    name, Knn.evaluate(known.get(i), queried.get(i), protocol).share());
        }
        return values;
    }
}
