package org.fullrank.probe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.fullrank.data.TrainTest;
import org.fullrank.engine.InputException;

/// Measures the accuracy of each class, and finds the classes that lost accuracy compared with other runs.
/// The comparison is with one other run ([ClassTable]), or between runs of several seeds of two methods
/// ([ClassSeeds]).
///
/// @param probe the classifier on frozen features
/// @param with runs with the same settings as the measured run and other seeds
/// @param against the runs to compare with
public record ClassesProtocol(Probe probe, List<Path> with, List<Path> against) implements Evaluation {
    /// The classifiers, as users type them.
    public enum Probe {
        knn,
        linear;

        Classifier classifier() {
            return switch (this) {
                case knn -> KnnProtocol.defaults();
                case linear -> LinearProtocol.defaults();
            };
        }
    }

    /// The linear probe, because most papers report it.
    public static final Probe PROBE = Probe.linear;

    public ClassesProtocol {
        with = List.copyOf(with);
        against = List.copyOf(against);
    }

    /// [#PROBE], without other runs.
    public static ClassesProtocol defaults() {
        return new ClassesProtocol(PROBE, List.of(), List.of());
    }

    /// The same with another classifier.
    public ClassesProtocol withProbe(Probe probe) {
        return new ClassesProtocol(probe, with, against);
    }

    /// The same, with additional runs of the measured method.
    public ClassesProtocol withMore(List<Path> with) {
        return new ClassesProtocol(probe, with, against);
    }

    /// The same compared with other runs.
    public ClassesProtocol withAgainst(List<Path> against) {
        return new ClassesProtocol(probe, with, against);
    }

    @Override
    public String name() {
        return "classes";
    }

    @Override
    public List<Setting<?>> settings() {
        return List.of(
                Setting.many(
                        "against",
                        "RUN2",
                        "Runs to compare with, for classes: it finds classes that lost accuracy although the mean"
                                + " rose. With one run on each side, the result does not apply to other seeds.",
                        Path.class,
                        this::withAgainst),
                Setting.many(
                        "with",
                        "RUN3",
                        "More runs with the recipe of RUN and other seeds, for classes, which then tests over seeds."
                                + " --against must have runs with the same seeds.",
                        Path.class,
                        this::withMore),
                Setting.one(
                        "probe",
                        "NAME",
                        "Classifier for classes: knn or linear. Default: %s.".formatted(PROBE),
                        Probe.class,
                        this::withProbe));
    }

    /// @throws InputException when the data have no labels, or when the runs differ in their data or seeds
    @Override
    public ProtocolResult run(Subject subject) {
        if (against.isEmpty() && !with.isEmpty()) {
            throw new InputException("classes: found more runs with %s but none to compare with; add --against RUN2"
                    .formatted(with.getFirst()));
        }
        if (against.isEmpty()) {
            return ClassTable.of(answers(subject), subject.source(), probe.classifier());
        }
        return against.size() == 1 && with.isEmpty() ? pair(subject, against.getFirst()) : seeds(subject);
    }

    private ClassTable pair(Subject subject, Path run) {
        return subject.other(run, before -> {
            requireSameData(subject, before);
            return ClassTable.of(
                    answers(subject), run.toString(), answers(before), subject.source(), probe.classifier());
        });
    }

    private ClassSeeds seeds(Subject subject) {
        List<Long> ours = new ArrayList<>(List.of(subject.seed()));
        with.forEach(run -> ours.add(seed(subject, run)));
        List<Long> theirs = against.stream().map(run -> seed(subject, run)).toList();
        ClassSeeds.requirePairs(ours, theirs); // before minutes of work
        SequencedMap<Long, ClassTable.Answers> first = new LinkedHashMap<>();
        first.put(subject.seed(), answers(subject));
        first.putAll(answers(subject, ours.subList(1, ours.size()), with));
        SequencedMap<Long, ClassTable.Answers> second = answers(subject, theirs, against);
        List<String> names = against.stream().map(Path::toString).toList();
        return ClassSeeds.of(first, names, second, subject.source(), probe.classifier());
    }

    private long seed(Subject subject, Path run) {
        return subject.other(run, other -> {
            requireSameData(subject, other);
            return other.seed();
        });
    }

    private void requireSameData(Subject subject, Subject other) {
        Classifier classifier = probe.classifier();
        ClassTable.describe(subject.source(), classifier).requireLike(ClassTable.describe(other.source(), classifier));
    }

    private SequencedMap<Long, ClassTable.Answers> answers(Subject subject, List<Long> seeds, List<Path> runs) {
        SequencedMap<Long, ClassTable.Answers> answers = new LinkedHashMap<>();
        for (int i = 0; i < runs.size(); i++) {
            answers.put(seeds.get(i), subject.other(runs.get(i), this::answers));
        }
        return answers;
    }

    private ClassTable.Answers answers(Subject subject) {
        TrainTest items = subject.items();
        Features test = subject.embed(items.test());
        int[] answers = probe.classifier().answer(subject.embed(items.train()), test);
        return new ClassTable.Answers(test.names(), test.labels(), answers);
    }
}
