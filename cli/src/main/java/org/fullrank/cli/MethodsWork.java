package org.fullrank.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.fullrank.engine.InputException;
import org.fullrank.method.MethodPresets;
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
        List<String> names = new ArrayList<>(choices.stream().map(Choice::name).toList());
        names.addAll(MethodPresets.names());
        String name = command.name;
        if (name != null && !names.contains(name)) {
            throw new InputException("methods: found no method %s, expected one of %s%s"
                    .formatted(name, String.join(", ", names), Nearest.hint(name, names)));
        }
        choices = choices.stream()
                .filter(c -> name == null || c.name().equals(name))
                .toList();
        List<String> presets = MethodPresets.names().stream()
                .filter(p -> name == null || p.equals(name))
                .toList();
        command.out().print(command.json ? json(choices, presets) + "\n" : text(choices) + presetText(presets));
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
        return choices.isEmpty()
                ? ""
                : text.append("choose with --set method.objective.type=NAME\n").toString();
    }

    private static String presetText(List<String> presets) {
        StringBuilder text = new StringBuilder();
        for (String preset : presets) {
            About about = aboutPreset(preset);
            text.append('\n').append(preset).append('\n');
            text.append("  ").append(about.idea()).append('\n');
            text.append("  ").append(about.paper()).append('\n');
        }
        return presets.isEmpty()
                ? ""
                : text.append("\nchoose these with --set method=NAME\n").toString();
    }

    private static About aboutPreset(String preset) {
        String iso = "Halvagal, Laborieux, Zenke: Implicit variance regularization, ICML 2023, arXiv 2212.04858";
        String direct = "Tian, Chen, Ganguli: Self-supervised dynamics, ICML 2021, arXiv 2102.06810";
        return switch (preset) {
            case "byol" ->
                new About(
                        "an MLP predicts what a slow copy of the network makes of the other view",
                        "Grill et al.: Bootstrap your own latent, NeurIPS 2020, arXiv 2006.07733");
            case "simsiam" ->
                new About(
                        "the same network without gradient in place of the slow copy",
                        "Chen, He: SimSiam, CVPR 2021, arXiv 2011.10566");
            case "directpred" -> new About("a linear predictor set from the correlation of its input", direct);
            case "directpred-freq5" -> new About("the same, set every fifth step and trained in between", direct);
            case "directcopy" ->
                new About(
                        "the predictor is the correlation itself; constants as in the IsoLoss code",
                        "Wang et al.: Towards demystifying representation learning, 2021, arXiv 2110.04947");
            case "isoloss" -> new About("no mode of the predictor learns slower than another; cosines", iso);
            case "isoloss-euclidean" -> new About("the same on squared distances", iso);
            default -> throw new IllegalStateException("no words about method " + preset);
        };
    }

    private static Json json(List<Choice<ObjectiveSpec>> choices, List<String> presets) {
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
        List<Object> methods = new ArrayList<>();
        for (String preset : presets) {
            About about = aboutPreset(preset);
            methods.add(new Json()
                    .put("name", preset)
                    .put("idea", about.idea())
                    .put("paper", about.paper())
                    .values());
        }
        return new Json().put("objectives", rows).put("methods", methods);
    }
}
