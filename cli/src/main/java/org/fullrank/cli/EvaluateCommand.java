package org.fullrank.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.probe.Evaluation;
import org.fullrank.probe.Evaluations;
import org.fullrank.probe.ProtocolResult;
import org.fullrank.run.EvaluationFile;
import org.fullrank.trained.Trained;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/// Runs evaluations on a run. Their names and settings come from [Evaluations]. So a new evaluation appears
/// here without a change of this class. The result of each evaluation is printed before the next one begins.
@Command(
        name = "evaluate",
        sortOptions = false,
        modelTransformer = EvaluateCommand.SettingOptions.class,
        description = "Measures the encoder of a run. By default, it measures the kNN and linear accuracy of"
                + " the encoder, of the raw input, of PCA with the same width, and of the untrained"
                + " encoder. The option --protocol selects other measurements.",
        footer = {
            "",
            "Every number is printed with a hash of its protocol. Compare only numbers with the"
                    + " same hash. Results on the run's own data are saved in evaluation.json in the run"
                    + " folder.",
            "",
            "Examples:",
            "  fullrank evaluate runs/mine",
            "  fullrank evaluate runs/mine --data other-photos/ --json",
            "  fullrank evaluate runs/mine --protocol retrieval,layers",
            "  fullrank evaluate runs/strong --protocol classes --against runs/weak",
            "  fullrank evaluate runs/a1 --with runs/a2,runs/a3 --protocol classes --against runs/b1,runs/b2",
            "  fullrank evaluate runs/mine --protocol finetune --fractions 0.01,0.1 --steps 200"
        })
final class EvaluateCommand extends Job {
    @Option(
            names = "--protocol",
            paramLabel = "NAME",
            split = ",",
            completionCandidates = Names.class,
            description =
                    "Protocols, separated by commas, or all. Known: ${COMPLETION-CANDIDATES}. Default: knn,linear.")
    private List<String> protocols = new ArrayList<>();

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description = "The labeled data for the evaluation. Default: the data of the run.")
    private @Nullable String data;

    @Mixin
    private final EncoderOptions options = new EncoderOptions();

    private boolean printed;

    /// The names of evaluations for the help.
    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Evaluations.names().iterator();
        }
    }

    /// Adds an option for each setting of an evaluation.
    static final class SettingOptions implements IModelTransformer {
        @Override
        public CommandSpec transform(CommandSpec command) {
            for (Evaluation evaluation : Evaluations.all()) {
                for (Evaluation.Setting<?> setting : evaluation.settings()) {
                    if (command.findOption(nameOf(setting)) == null) { // two evaluations may share a setting
                        command.addOption(option(setting));
                    }
                }
            }
            return command;
        }

        private static OptionSpec option(Evaluation.Setting<?> setting) {
            OptionSpec.Builder option = OptionSpec.builder(nameOf(setting))
                    .paramLabel(setting.label())
                    .description(setting.about());
            return setting.many()
                    ? option.type(List.class)
                            .auxiliaryTypes(setting.type())
                            .splitRegex(",")
                            .build()
                    : option.type(setting.type()).build();
        }
    }

    private static String nameOf(Evaluation.Setting<?> setting) {
        return "--" + setting.name();
    }

    @Override
    void work() {
        List<Evaluation> chosen = Evaluations.named(protocols);
        requireUse(chosen);
        chosen = chosen.stream().map(this::configured).toList();
        try (Trained trained = Trained.open(options.run, new Trained.Reading(data, options.best), err()::println)) {
            err().println("evaluating %s, step %d".formatted(trained.checkpoint(), trained.step()));
            if (data != null) {
                err().println("note: classifiers are fitted on the train split of --data %s, not on the data of the run"
                        .formatted(data));
            }
            var result = new Json()
                    .put("run", options.run.toString())
                    .put("checkpoint", trained.checkpoint().toString())
                    .put("step", trained.step());
            SequencedMap<String, Object> protocols = new LinkedHashMap<>();
            for (Evaluation evaluation : chosen) {
                if (this.protocols.contains(Evaluations.ALL) && evaluation.needsTraining() && !trained.isTrained()) {
                    err().println("%s: left out, because a closed form is not trained".formatted(evaluation.name()));
                    continue;
                }
                ProtocolResult found = evaluation.run(trained);
                if (evaluation.name().equals(EvaluationFile.PROBES)) {
                    result.put("evaluation", found.toMap());
                } else {
                    protocols.put(evaluation.name(), found.toMap());
                }
                print(found.text());
                save(trained, evaluation.name(), found);
            }
            if (options.json) {
                out().println(protocols.isEmpty() ? result : result.put("protocols", protocols));
            }
        }
    }

    /// Refuses options that would have no effect.
    private void requireUse(List<Evaluation> chosen) {
        List<String> used = options(chosen).toList();
        for (Evaluation evaluation : Evaluations.all()) {
            for (String option : options(List.of(evaluation)).toList()) {
                if (isGiven(option) && !used.contains(option)) {
                    throw new InputException(("%s: found no protocol %s, expected it, because no other protocol has"
                                    + " this option; add --protocol %s")
                            .formatted(option, evaluation.name(), evaluation.name()));
                }
            }
        }
    }

    private static Stream<String> options(List<Evaluation> evaluations) {
        return evaluations.stream().flatMap(e -> e.settings().stream()).map(EvaluateCommand::nameOf);
    }

    /// The evaluation with the settings of the command line.
    private Evaluation configured(Evaluation evaluation) {
        Evaluation result = evaluation;
        for (String name :
                evaluation.settings().stream().map(Evaluation.Setting::name).toList()) {
            if (isGiven("--" + name)) {
                Object value = spec().findOption("--" + name).getValue();
                Collection<?> values = value instanceof Collection<?> many ? many : List.of(value);
                result = result.settings().stream()
                        .filter(s -> s.name().equals(name))
                        .findFirst()
                        .orElseThrow()
                        .apply(values);
            }
        }
        return result;
    }

    private void print(String text) {
        if (!options.json) {
            out().println((printed ? System.lineSeparator() : "") + text.stripTrailing());
            out().flush();
            printed = true;
        }
    }

    /// Saves a result, unless it was measured on data other than the run's own.
    private void save(Trained trained, String name, ProtocolResult found) {
        if (data != null) {
            return;
        }
        try {
            var subject = new EvaluationFile.Subject(trained.checkpoint(), trained.step());
            EvaluationFile.put(options.run, name, subject, found.toMap());
        } catch (InputException | JobException e) {
            err().println("not saved: " + e.getMessage()); // the numbers themselves are printed
        }
    }
}
