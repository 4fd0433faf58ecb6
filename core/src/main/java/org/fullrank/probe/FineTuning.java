package org.fullrank.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.Consumer;
import org.fullrank.data.Labels;
import org.fullrank.data.TrainTest;
import org.fullrank.engine.InputException;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.stats.MeanAndSpread;
import org.fullrank.view.InputShape;
import org.fullrank.view.ViewGenerator;
import org.jspecify.annotations.Nullable;

/// Accuracies after fine-tuning with a share of the labels, once from the trained encoder and once from its
/// initial weights.
///
/// @param protocol what the numbers depend on
/// @param rows one row for each share of the labels
public record FineTuning(ProtocolText protocol, List<Row> rows) implements ProtocolResult {
    public FineTuning {
        rows = List.copyOf(rows);
    }

    /// One share of the labels.
    ///
    /// @param fraction share of each class
    /// @param items labeled items
    /// @param lifted number of classes that got one item although their share is less than half an item
    /// @param encoder accuracies of the draws, from the trained encoder
    /// @param untrained accuracies of the draws, from initial weights
    public record Row(double fraction, int items, int lifted, List<Accuracy> encoder, List<Accuracy> untrained) {
        public Row {
            encoder = List.copyOf(encoder);
            untrained = List.copyOf(untrained);
        }
    }

    /// The networks and views of a fine-tuning.
    ///
    /// @param spec of the encoder
    /// @param input the shape of one view
    /// @param trained a buffer with the trained parameters of this encoder; it is not changed
    /// @param untrained a buffer with the initial parameters of this encoder; it is not changed
    /// @param plain makes plain views of the training items, and of the test items through [ViewGenerator#on]
    /// @param augmented makes random views of the training items; if it is null, plain views are used
    /// @param augmentation in words
    public record Subject(
            EncoderSpec spec,
            InputShape input,
            ParameterBuffer trained,
            ParameterBuffer untrained,
            ViewGenerator plain,
            @Nullable ViewGenerator augmented,
            String augmentation) {}

    /// Trains and tests for all fractions and draws.
    ///
    /// @param note receives a message for each fit
    /// @throws InputException when labels are missing, when all labels are of one class, or when the test
    ///     split is empty
    public static FineTuning of(
            Subject subject, TrainTest items, EvaluatedData source, FineTuneProtocol protocol, Consumer<String> note) {
        Labels labels = labels(items.train().labels());
        Labels expected = labels(items.test().labels());
        Linear.requireTwoClasses(labels.classes());
        var rows = new ArrayList<Row>();
        for (double fraction : protocol.fractions()) {
            var encoder = new ArrayList<Accuracy>();
            var untrained = new ArrayList<Accuracy>();
            int count = 0;
            for (int draw = 0; draw < protocol.draws(); draw++) {
                int[] chosen =
                        FineTuner.labeled(labels.classes(), labels.names().size(), fraction, protocol, draw);
                count = chosen.length;
                var fit = new Fit(subject, items, labels, expected, protocol, chosen, draw);
                encoder.add(fit.from(subject.trained));
                untrained.add(fit.from(subject.untrained));
                note.accept("finetune with %s %% of the labels, draw %d of %d: %s, untrained %s"
                        .formatted(
                                percent(fraction), draw + 1, protocol.draws(), encoder.getLast(), untrained.getLast()));
            }
            int lifted = (int) Arrays.stream(labels.counts())
                    .filter(n -> n > 0 && Math.round(fraction * n) < 1)
                    .count();
            rows.add(new Row(fraction, count, lifted, encoder, untrained));
        }
        return new FineTuning(protocol.describe(source, subject.augmentation), rows);
    }

    private record Fit(
            Subject subject,
            TrainTest items,
            Labels labels,
            Labels expected,
            FineTuneProtocol protocol,
            int[] chosen,
            int draw) {
        Accuracy from(ParameterBuffer start) {
            int classes = labels.names().size();
            try (var tuner = new FineTuner(subject.spec, subject.input, classes, start, protocol, draw)) {
                boolean drawn = subject.augmented != null;
                ViewGenerator views = drawn ? Objects.requireNonNull(subject.augmented) : subject.plain;
                tuner.fit(views, drawn, labels.classes(), chosen);
                int[] answers = tuner.answers(
                        subject.plain.on(items.test()), items.test().size());
                return Accuracy.of(answers, expected.classes());
            }
        }
    }

    private static Labels labels(@Nullable Labels labels) {
        if (labels == null) {
            throw new InputException(
                    "finetune: found no labels, expected a class for each item; use data that has them");
        }
        return labels;
    }

    private static String percent(double share) {
        String text = String.format(Locale.ROOT, "%.3f", 100 * share);
        return text.replaceFirst("\\.?0+$", "");
    }

    private static String cell(List<Accuracy> draws) {
        return draws.size() < 2 ? draws.getFirst().toString() : Accuracy.text(MeanAndSpread.of(draws, Accuracy::share));
    }

    @Override
    public String table() {
        int draws = rows.getFirst().encoder.size();
        var text = new StringBuilder(String.format(
                Locale.ROOT, "%-10s %6s  %-22s  %s%n", "finetune", "items", "encoder", "untrained encoder"));
        for (Row r : rows) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-10s %6d  %-22s  %s%n",
                    percent(r.fraction) + " %",
                    r.items,
                    cell(r.encoder),
                    cell(r.untrained)));
        }
        text.append(
                draws < 2
                        ? "one draw: no spread%n".formatted()
                        : "mean and standard deviation over %d draws%n".formatted(draws));
        for (Row r : rows) {
            if (r.lifted > 0) {
                text.append("%s %% gives less than half an item of %d classes: each got one%n"
                        .formatted(percent(r.fraction), r.lifted));
            }
        }
        return text.toString();
    }

    @Override
    public SequencedMap<String, Object> values() {
        var map = new LinkedHashMap<String, Object>();
        map.put("results", rows.stream().map(FineTuning::toMap).toList());
        return map;
    }

    private static SequencedMap<String, Object> toMap(Row row) {
        var map = new LinkedHashMap<String, Object>();
        map.put("fraction", row.fraction);
        map.put("items", row.items);
        map.put("liftedClasses", row.lifted);
        MeanAndSpread encoder = MeanAndSpread.of(row.encoder, Accuracy::share);
        MeanAndSpread untrained = MeanAndSpread.of(row.untrained, Accuracy::share);
        map.put("mean", encoder.mean());
        map.put("std", encoder.std());
        map.put("untrainedMean", untrained.mean());
        map.put("untrainedStd", untrained.std());
        map.put("draws", row.encoder.stream().map(ProbeTable::toMap).toList());
        map.put("untrainedDraws", row.untrained.stream().map(ProbeTable::toMap).toList());
        return map;
    }
}
