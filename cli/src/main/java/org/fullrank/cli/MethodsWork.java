package org.fullrank.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.fullrank.engine.InputException;
import org.fullrank.objective.NtXent;
import org.fullrank.objective.ObjectiveSpec;
import org.fullrank.run.Choices;
import org.fullrank.run.Choices.Choice;
import org.fullrank.run.Nearest;

/// The work of `methods`.
record MethodsWork(Methods command) {
    /// What is told about an objective beyond its settings.
    private record About(String idea, String paper) {}

    void run() {
        List<Choice<ObjectiveSpec>> choices = Choices.of(ObjectiveSpec.class);
        List<String> names = choices.stream().map(Choice::name).toList();
        String name = command.name;
        if (name != null && !names.contains(name)) {
            throw new InputException("methods: found no objective %s, expected one of %s%s"
                    .formatted(name, String.join(", ", names), Nearest.hint(name, names)));
        }
        choices = choices.stream()
                .filter(c -> name == null || c.name().equals(name))
                .toList();
        command.out().print(command.json ? json(choices) + "\n" : text(choices));
        command.out().flush();
    }

    private static About about(ObjectiveSpec objective) {
        String vicreg = "Bardes, Ponce, LeCun: VICReg, ICLR 2022, arXiv 2105.04906";
        return switch (objective) {
            case ObjectiveSpec.Vicreg _ ->
                new About(
                        "views agree, each dimension varies, no two correlate; normalised as the official code",
                        vicreg);
            case ObjectiveSpec.VicregPaper _ ->
                new About(
                        "views agree, each dimension varies, no two correlate; normalised as the paper prints it",
                        vicreg);
            case NtXent _ ->
                new About(
                        "each view finds its sibling among all others of the batch (SimCLR)",
                        "Chen, Kornblith, Norouzi, Hinton: SimCLR, ICML 2020, arXiv 2002.05709");
        };
    }

    private static String text(List<Choice<ObjectiveSpec>> choices) {
        StringBuilder text = new StringBuilder();
        for (Choice<ObjectiveSpec> choice : choices) {
            About about = about(choice.defaults());
            text.append(choice.name()).append('\n');
            text.append("  ").append(about.idea()).append('\n');
            text.append("  ").append(about.paper()).append('\n');
            var table = new Table();
            for (Map.Entry<String, String> setting : choice.settings().entrySet()) {
                table.row("   ", "method.objective." + setting.getKey(), setting.getValue());
            }
            text.append(table).append('\n');
        }
        return text.append("choose with --set method.objective.type=NAME\n").toString();
    }

    private static Json json(List<Choice<ObjectiveSpec>> choices) {
        List<Object> rows = new ArrayList<>();
        for (Choice<ObjectiveSpec> choice : choices) {
            About about = about(choice.defaults());
            rows.add(new Json()
                    .put("name", choice.name())
                    .put("idea", about.idea())
                    .put("paper", about.paper())
                    .put("settings", choice.settings())
                    .values());
        }
        return new Json().put("objectives", rows);
    }
}
