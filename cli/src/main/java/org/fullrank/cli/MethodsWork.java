package org.fullrank.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.fullrank.engine.InputException;
import org.fullrank.method.MethodPresets;
import org.fullrank.method.MethodSpec;
import org.fullrank.method.PredictorSpec;
import org.fullrank.method.TargetSpec;
import org.fullrank.objective.ObjectiveSpec;
import org.fullrank.objective.Regression;
import org.fullrank.objective.Regularizer;
import org.fullrank.settings.Choices;
import org.fullrank.settings.Nearest;
import org.fullrank.text.Table;

/// The work of `methods`.
record MethodsWork(Methods command) {
    /// What is told about one name.
    private record Entry(String name, About about, SequencedMap<String, String> settings) {
        Map<String, Object> json() {
            var json = new LinkedHashMap<String, Object>();
            json.put("name", name);
            json.put("idea", about.idea());
            json.put("paper", about.paper());
            json.put("settings", settings);
            return json;
        }
    }

    /// The names of one kind.
    ///
    /// @param key in the JSON object
    /// @param heading how one of them is chosen
    /// @param prefix of the settings in a recipe
    private record Kind(String key, String heading, String prefix, List<Entry> entries) {
        static <T> Kind of(String key, String heading, String prefix, Class<T> sealed, Function<T, About> about) {
            return new Kind(
                    key,
                    heading,
                    prefix,
                    Choices.of(sealed).stream()
                            .map(c -> new Entry(c.name(), about.apply(c.defaults()), c.settings()))
                            .toList());
        }

        Kind only(String name) {
            return new Kind(
                    key,
                    heading,
                    prefix,
                    entries.stream().filter(e -> e.name().equals(name)).toList());
        }
    }

    void run() {
        List<Kind> kinds = kinds();
        String name = command.name;
        if (name != null) {
            List<String> names = kinds.stream()
                    .flatMap(kind -> kind.entries().stream().map(Entry::name))
                    .distinct()
                    .toList();
            if (!names.contains(name)) {
                throw new InputException("methods: found no %s, expected one of %s%s"
                        .formatted(name, String.join(", ", names), Nearest.hint(name, names)));
            }
            kinds = kinds.stream().map(kind -> kind.only(name)).toList();
        }
        command.out().print(command.json ? json(kinds) + "\n" : text(kinds));
        command.out().flush();
    }

    private static List<Kind> kinds() {
        // The settings of a preset are those of its method with the values of its sheet.
        List<Entry> presets = MethodPresets.names().stream()
                .map(n -> new Entry(n, About.preset(n), Choices.settings((Record) MethodPresets.named(n))))
                .toList();
        return Stream.of(
                        Kind.of(
                                "methods",
                                "methods, chosen with --set method.type=NAME",
                                "method.",
                                MethodSpec.class,
                                About::of),
                        new Kind(
                                "presets",
                                "methods with the constants of their papers, chosen with --set method=NAME",
                                "method.",
                                presets),
                        Kind.of(
                                "objectives",
                                "objectives, chosen with --set method=NAME or --set method.objective.type=NAME",
                                "method.objective.",
                                ObjectiveSpec.class,
                                About::of),
                        Kind.of(
                                "regularizers",
                                "regularisers, which the objectives are made of; by themselves on any layer with"
                                        + " method.inner of joint-embedding, and with method.regularizer of"
                                        + " self-distillation",
                                "",
                                Regularizer.class,
                                About::of),
                        Kind.of(
                                "predictors",
                                "predictors of self-distillation, chosen with --set method.predictor.type=NAME",
                                "method.predictor.",
                                PredictorSpec.class,
                                About::of),
                        Kind.of(
                                "targets",
                                "targets of self-distillation, chosen with --set method.target.type=NAME",
                                "method.target.",
                                TargetSpec.class,
                                About::of),
                        Kind.of(
                                "regressions",
                                "regressions of self-distillation, chosen with --set method.regression.type=NAME",
                                "method.regression.",
                                Regression.class,
                                About::of))
                .toList();
    }

    private static String text(List<Kind> kinds) {
        StringBuilder text = new StringBuilder();
        for (Kind kind : kinds) {
            if (!kind.entries().isEmpty()) {
                text.append(kind.heading()).append("\n\n");
                kind.entries().forEach(entry -> append(text, entry, kind.prefix()));
            }
        }
        return text.toString().stripTrailing() + "\n";
    }

    private static void append(StringBuilder text, Entry entry, String prefix) {
        text.append(entry.name()).append('\n');
        text.append("  ").append(entry.about().idea()).append('\n');
        text.append("  ").append(entry.about().paper()).append('\n');
        var table = new Table();
        entry.settings().forEach((key, value) -> table.row("   ", prefix + key, value));
        text.append(table).append('\n');
    }

    private static Json json(List<Kind> kinds) {
        var json = new Json();
        for (Kind kind : kinds) {
            json.put(kind.key(), kind.entries().stream().map(Entry::json).toList());
        }
        return json;
    }
}
