package org.fullrank.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.fullrank.engine.InputException;
import org.fullrank.method.MethodPresets;
import org.fullrank.method.MethodSpec;
import org.fullrank.objective.ObjectiveSpec;
import org.fullrank.objective.Regularizer;
import org.fullrank.run.Choices;
import org.fullrank.run.Choices.Choice;
import org.fullrank.run.Nearest;

/// The work of `methods`.
record MethodsWork(Methods command) {
    void run() {
        List<Choice<MethodSpec>> methods = Choices.of(MethodSpec.class);
        List<Choice<ObjectiveSpec>> objectives = Choices.of(ObjectiveSpec.class);
        List<Choice<Regularizer>> regularizers = Choices.of(Regularizer.class);
        List<String> presets = MethodPresets.names();
        List<String> names = Stream.concat(
                        Stream.of(methods, objectives, regularizers)
                                .flatMap(List::stream)
                                .map(Choice::name),
                        presets.stream())
                .toList();
        String name = command.name;
        if (name != null && !names.contains(name)) {
            throw new InputException("methods: found no method, objective or regulariser %s, expected one of %s%s"
                    .formatted(name, String.join(", ", names), Nearest.hint(name, names)));
        }
        methods = named(methods);
        objectives = named(objectives);
        regularizers = named(regularizers);
        presets = presets.stream().filter(p -> name == null || p.equals(name)).toList();
        command.out()
                .print(
                        command.json
                                ? json(methods, presets, objectives, regularizers) + "\n"
                                : text(methods, presets, objectives, regularizers));
        command.out().flush();
    }

    /// Its settings are those of its method, printed there.
    private static Choice<MethodSpec> preset(String name) {
        return new Choice<>(name, MethodPresets.named(name), new LinkedHashMap<>());
    }

    private <T> List<Choice<T>> named(List<Choice<T>> choices) {
        return choices.stream()
                .filter(c -> command.name == null || c.name().equals(command.name))
                .toList();
    }

    private static String text(
            List<Choice<MethodSpec>> methods,
            List<String> presets,
            List<Choice<ObjectiveSpec>> objectives,
            List<Choice<Regularizer>> regularizers) {
        StringBuilder text = new StringBuilder();
        if (!methods.isEmpty()) {
            text.append("methods, chosen with --set method.type=NAME\n\n");
            methods.forEach(choice -> append(text, choice, About.of(choice.defaults()), "method."));
        }
        if (!presets.isEmpty()) {
            text.append("methods with the constants of their papers, chosen with --set method=NAME\n\n");
            presets.forEach(name -> append(text, preset(name), About.preset(name), ""));
        }
        if (!objectives.isEmpty()) {
            text.append("objectives, chosen with --set method=NAME or --set method.objective.type=NAME\n\n");
            objectives.forEach(choice -> append(text, choice, About.of(choice.defaults()), "method.objective."));
        }
        if (!regularizers.isEmpty()) {
            text.append("regularisers, which the objectives are made of; on any layer with method.inner\n\n");
            regularizers.forEach(choice -> append(text, choice, About.of(choice.defaults()), ""));
        }
        return text.toString().stripTrailing() + "\n";
    }

    private static void append(StringBuilder text, Choice<?> choice, About about, String prefix) {
        text.append(choice.name()).append('\n');
        text.append("  ").append(about.idea()).append('\n');
        text.append("  ").append(about.paper()).append('\n');
        var table = new Table();
        for (Map.Entry<String, String> setting : choice.settings().entrySet()) {
            table.row("   ", prefix + setting.getKey(), setting.getValue());
        }
        text.append(table).append('\n');
    }

    private static Json json(
            List<Choice<MethodSpec>> methods,
            List<String> presets,
            List<Choice<ObjectiveSpec>> objectives,
            List<Choice<Regularizer>> regularizers) {
        return new Json()
                .put("methods", rows(methods, About::of))
                .put(
                        "presets",
                        presets.stream()
                                .flatMap(name -> rows(List.of(preset(name)), _ -> About.preset(name)).stream())
                                .toList())
                .put("objectives", rows(objectives, About::of))
                .put("regularizers", rows(regularizers, About::of));
    }

    private static <T> List<Object> rows(List<Choice<T>> choices, Function<T, About> abouts) {
        List<Object> rows = new ArrayList<>();
        for (Choice<T> choice : choices) {
            About about = abouts.apply(choice.defaults());
            rows.add(new Json()
                    .put("name", choice.name())
                    .put("idea", about.idea())
                    .put("paper", about.paper())
                    .put("settings", choice.settings())
                    .values());
        }
        return rows;
    }
}
