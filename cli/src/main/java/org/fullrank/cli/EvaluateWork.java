package org.fullrank.cli;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.Set;
import org.fullrank.data.Dataset;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.probe.Classifier;
import org.fullrank.probe.Evaluation;
import org.fullrank.probe.FineTuneProtocol;
import org.fullrank.probe.KnnProtocol;
import org.fullrank.probe.LinearProtocol;
import org.fullrank.probe.Protocol;
import org.fullrank.probe.ProtocolResult;
import org.fullrank.probe.RetrievalProtocol;
import org.fullrank.run.EvaluationFile;
import org.fullrank.run.RunFolder;
import org.fullrank.trained.CheckpointMeasures;
import org.fullrank.trained.Trained;
import org.jspecify.annotations.Nullable;

/// The work of `evaluate`. What one protocol found is printed before the next begins.
final class EvaluateWork {
    private final Evaluate command;
    private final Set<EvaluationName> chosen;
    private final FineTuneProtocol finetune;
    private boolean printed;
    private final Json result = new Json();
    private final SequencedMap<String, Object> findings = new LinkedHashMap<>();

    EvaluateWork(Evaluate command) {
        this.command = command;
        chosen = EvaluationName.of(command.protocols);
        finetune = FineTuneProtocol.defaults()
                .withFractions(command.fractions.isEmpty() ? FineTuneProtocol.FRACTIONS : command.fractions)
                .withDraws(command.draws)
                .withSteps(command.steps);
    }

    void run() {
        if (command.against != null && !chosen.contains(EvaluationName.CLASSES)) {
            throw new InputException("--against: found no protocol that puts runs against each other, expected classes;"
                    + " add --protocol classes");
        }
        requireUse("--probe", EvaluationName.CLASSES);
        requireUse("--layers", EvaluationName.LAYERS);
        requireUse("--fractions", EvaluationName.FINETUNE);
        requireUse("--draws", EvaluationName.FINETUNE);
        requireUse("--steps", EvaluationName.FINETUNE);
        try (RunFolder folder = RunFolder.open(command.run)) {
            Path checkpoint = RunArguments.checkpoint(folder, command.best);
            try (Dataset data = Dataset.open(RunArguments.data(folder, command.data));
                    Trained trained = Trained.open(folder, data, checkpoint)) {
                command.err().println("evaluating %s, step %d".formatted(checkpoint, trained.step()));
                result.put("run", folder.path().toString())
                        .put("checkpoint", checkpoint.toString())
                        .put("step", trained.step());
                measure(folder, data, trained);
            }
        }
        if (command.json) {
            command.out().println(findings.isEmpty() ? result : result.put("protocols", findings));
        }
    }

    /// An option that would do nothing is a mistake.
    private void requireUse(String option, EvaluationName protocol) {
        if (command.isGiven(option) && !chosen.contains(protocol)) {
            throw new InputException("%s: found no protocol %s, which alone takes it; add --protocol %s"
                    .formatted(option, protocol.label(), protocol.label()));
        }
    }

    private void measure(RunFolder folder, Dataset data, Trained trained) {
        if (chosen.contains(EvaluationName.KNN) || chosen.contains(EvaluationName.LINEAR)) {
            Protocol protocol = Trained.protocol(data)
                    .withKnn(chosen.contains(EvaluationName.KNN) ? KnnProtocol.defaults() : null)
                    .withLinear(chosen.contains(EvaluationName.LINEAR) ? LinearProtocol.defaults() : null);
            Evaluation evaluation = trained.evaluate(protocol, EnumSet.allOf(Evaluation.Baseline.class));
            result.put("evaluation", evaluation.toMap());
            print(evaluation.text());
            save(folder, trained, EvaluationFile.PROBES, evaluation.toMap());
        }
        for (EvaluationName name : chosen) {
            @Nullable ProtocolResult found = find(name, folder, data, trained);
            if (found != null) {
                findings.put(name.label(), found.toMap());
                print(found.text());
                save(folder, trained, name.label(), found.toMap());
            }
        }
    }

    /// Null for the two that share one table.
    private @Nullable ProtocolResult find(EvaluationName name, RunFolder folder, Dataset data, Trained trained) {
        return switch (name) {
            case KNN, LINEAR -> null;
            case FINETUNE -> trained.finetune(finetune, command.err()::println);
            case RETRIEVAL -> trained.retrieve(RetrievalProtocol.defaults());
            case LAYERS -> trained.layers(command.layers);
            case CLASSES -> classes(trained);
            case LABEL_FREE -> CheckpointMeasures.of(folder, data);
        };
    }

    private ProtocolResult classes(Trained trained) {
        Path other = command.against;
        Classifier probe = command.probe == Evaluate.Probe.knn ? KnnProtocol.defaults() : LinearProtocol.defaults();
        if (other == null) {
            return trained.classes(probe);
        }
        try (RunFolder folder = RunFolder.open(other);
                Dataset data = Dataset.open(RunArguments.data(folder, command.data));
                Trained before = Trained.open(folder, data, RunArguments.checkpoint(folder, command.best))) {
            return trained.classes(before, folder.path().toString(), probe);
        }
    }

    private void print(String text) {
        if (!command.json) {
            command.out().println((printed ? System.lineSeparator() : "") + text.stripTrailing());
            command.out().flush();
            printed = true;
        }
    }

    /// Numbers of other data are no part of the run.
    private void save(RunFolder folder, Trained trained, String name, SequencedMap<String, Object> values) {
        if (command.data != null) {
            return;
        }
        try {
            var subject = new EvaluationFile.Subject(trained.checkpoint(), trained.step());
            EvaluationFile.put(folder.path(), name, subject, values);
        } catch (InputException | JobException e) {
            command.err().println("not saved: " + e.getMessage()); // the numbers themselves are printed
        }
    }
}
