package org.fullrank.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.fullrank.method.MethodPresets;
import org.fullrank.method.MethodSpec;
import org.fullrank.method.PredictorSpec;
import org.fullrank.method.TargetSpec;
import org.fullrank.objective.Card;
import org.fullrank.objective.Objective;
import org.fullrank.objective.RankingLoss;
import org.fullrank.objective.Regression;
import org.fullrank.objective.Regularizer;
import org.fullrank.settings.Choices;
import org.fullrank.settings.Nearest;
import org.fullrank.text.Table;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Lists methods and losses with their descriptions and settings.
@Command(
        name = "methods",
        sortOptions = false,
        description = "Lists objectives and regularizers with their settings, defaults and papers.",
        footer = {
            "",
            "Examples:",
            "  fullrank methods",
            "  fullrank methods vicreg",
            "  fullrank pretrain --set method=byol --set method.target.rate=0.99",
            "  fullrank pretrain --set method.objective.type=nt-xent --set method.objective.temperature=0.2"
        })
final class MethodsCommand extends Job {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "Shows only this objective or regularizer.")
    @Nullable
    String name;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    boolean json;

    /// The description of one name.
    private record Entry(String name, Card card, SequencedMap<String, String> settings) {
        Map<String, Object> json() {
            var json = new LinkedHashMap<String, Object>();
            json.put("name", name);
            json.put("idea", card.idea());
            json.put("paper", card.paper());
            json.put("settings", settings);
            if (!card.healthy().isEmpty()) {
                json.put("logs", card.healthy());
            }
            return json;
        }
    }

    /// The names of one kind.
    ///
    /// @param key key in the JSON object
    /// @param heading how to select one of these names in a recipe
    /// @param prefix prefix of the settings in a recipe
    private record Kind(String key, String heading, String prefix, List<Entry> entries) {
        static <T> Kind of(String key, String heading, String prefix, Class<T> sealed, Function<T, Card> card) {
            return new Kind(
                    key,
                    heading,
                    prefix,
                    Choices.of(sealed).stream()
                            .map(c -> new Entry(c.name(), card.apply(c.defaults()), c.settings()))
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

    @Override
    void work() {
        List<Kind> kinds = kinds();
        String wanted = name;
        if (wanted != null) {
            List<String> names = kinds.stream()
                    .flatMap(kind -> kind.entries().stream().map(Entry::name))
                    .distinct()
                    .toList();
            Nearest.require("methods: found no", wanted, names);
            kinds = kinds.stream().map(kind -> kind.only(wanted)).toList();
        }
        out().print(json ? jsonOf(kinds) + "\n" : text(kinds));
        out().flush();
    }

    private static List<Kind> kinds() {
        // The settings of a preset are those of its method with the values of its sheet.
        List<Entry> presets = MethodPresets.all().entrySet().stream()
                .map(p -> new Entry(p.getKey(), p.getValue().card(), Choices.settings((Record)
                        p.getValue().method())))
                .toList();
        List<Entry> objectives = Objective.all().entrySet().stream()
                .map(o -> new Entry(o.getKey(), o.getValue().card(), Choices.settings((Record) o.getValue())))
                .toList();
        return Stream.of(
                        Kind.of(
                                "methods",
                                "methods, chosen with --set method.type=NAME",
                                "method.",
                                MethodSpec.class,
                                MethodSpec::card),
                        new Kind(
                                "presets",
                                "methods with the constants of their papers, chosen with --set method=NAME",
                                "method.",
                                presets),
                        new Kind(
                                "objectives",
                                "objectives, chosen with --set method=NAME or --set method.objective.type=NAME",
                                "method.objective.",
                                objectives),
                        Kind.of(
                                "regularizers",
                                "regularizers, the parts of objectives; set a single one on a layer with method.inner"
                                        + " of joint-embedding, or with method.regularizer of self-distillation",
                                "",
                                Regularizer.class,
                                Regularizer::card),
                        Kind.of(
                                "rankings",
                                "ranking losses of metric learning, chosen with --set method.loss.type=NAME",
                                "method.loss.",
                                RankingLoss.class,
                                RankingLoss::card),
                        Kind.of(
                                "predictors",
                                "predictors of self-distillation, chosen with --set method.predictor.type=NAME",
                                "method.predictor.",
                                PredictorSpec.class,
                                PredictorSpec::card),
                        Kind.of(
                                "targets",
                                "targets of self-distillation, chosen with --set method.target.type=NAME",
                                "method.target.",
                                TargetSpec.class,
                                TargetSpec::card),
                        Kind.of(
                                "regressions",
                                "regressions of self-distillation, chosen with --set method.regression.type=NAME",
                                "method.regression.",
                                Regression.class,
                                Regression::card))
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
        text.append("  ").append(entry.card().idea()).append('\n');
        text.append("  ").append(entry.card().paper()).append('\n');
        entry.card()
                .healthy()
                .forEach((logged, range) -> text.append("  logs ")
                        .append(logged)
                        .append(", ")
                        .append(range)
                        .append('\n'));
        var table = new Table();
        entry.settings().forEach((key, value) -> table.row("   ", prefix + key, value));
        text.append(table).append('\n');
    }

    private static Json jsonOf(List<Kind> kinds) {
        var json = new Json();
        for (Kind kind : kinds) {
            json.put(kind.key(), kind.entries().stream().map(Entry::json).toList());
        }
        return json;
    }
}
