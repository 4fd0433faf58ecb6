package org.fullrank.lab;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// The order in which a student reads the experiments, as a part of the page of all experiments ([Overview]). An
/// experiment without a lesson is listed at the end of the course.
record Course(List<Lesson> lessons) {
    /// Some experiments about one question.
    ///
    /// @param title the question
    /// @param needs what a reader should know
    /// @param steps in the order in which to read them
    /// @param exercise Markdown; empty for none
    record Lesson(String title, String needs, List<Step> steps, String exercise) {
        Lesson(String title, String needs, Step... steps) {
            this(title, needs, List.of(steps), "");
        }

        Lesson with(String task) {
            return new Lesson(title, needs, steps, task.strip());
        }
    }

    /// @param experiment its name
    /// @param look what to look at on its page
    record Step(String experiment, String look) {}

    static Course standard() {
        return new Course(List.of(
                new Lesson(
                        "What is collapse?",
                        "means, standard deviations and points in the plane",
                        new Step(
                                "collapse",
                                "the four pictures from left to right, then the column *views differ by*: the collapsed"
                                        + " training has the smallest loss"),
                        new Step("svmax-circle", "one number that tells spread points from points at two poles")),
                new Lesson(
                        "What does one neuron learn?",
                        "lesson 1; the first principal component",
                        new Step(
                                "oja",
                                "the arrows of Oja's rule of 1982 and of a rule of today: both turn to the same direction"),
                        new Step("lpl-toy", "the strength of the noise at which each curve leaves the slow input"),
                        new Step("lpl-digits", "the points, which move from place to digit only with LPL")),
                new Lesson(
                                "Why does BYOL not collapse?",
                                "lesson 1; derivatives, matrices and eigenvalues",
                                new Step("byol-phase", "the arrows: which starts end at zero"),
                                new Step("no-stop-gradient", "the two curves of each picture, on a logarithmic axis"),
                                new Step("byol-flow", "four ways to compute one training, on top of each other"),
                                new Step("eigen-alignment", "how fast the mismatch shrinks"),
                                new Step("direct-set", "the threshold at which a feature is forgotten"),
                                new Step("iso-modes", "how long the weakest direction needs under each loss"),
                                new Step(
                                        "predictor-cells",
                                        "accuracies of trained predictors, and the first and the last epoch of"
                                                + " IsoLoss"))
                        .with(Exercises.STOP_GRADIENT),
                new Lesson(
                        "What is the best embedding?",
                        "lesson 1; eigenvectors of a symmetric matrix",
                        new Step("spectral-family", "which loss is which classical method"),
                        new Step("label-graph", "the points: each class becomes one"),
                        new Step("optimum-gap", "the gap, which becomes 0 and never negative"),
                        new Step("alignment", "the weight that helps in one case and removes the label in the other"),
                        new Step("kernel-spirals", "the accuracies with 2 labels of each class")),
                new Lesson(
                        "Which layer, and which regularizer?",
                        "lessons 1 and 4; networks of several layers",
                        new Step("guillotine", "what the head has lost"),
                        new Step("guillotine-networks", "the curve over the layers, for weak and strong views"),
                        new Step("vcreg-independence", "two columns: no correlation is not yet independence"),
                        new Step("information", "up to which noise the outputs are Gaussian"),
                        new Step("svmax-metric", "gains and learning rates of four losses"),
                        new Step("svmax-letters", "the same for letters of real prints"),
                        new Step("class-bias", "the small class against the mean of all"),
                        new Step("class-bias-images", "which clothes lose with crops, and which gain"),
                        new Step("ssl-class-bias", "the same classes, without labels"),
                        new Step("ssl-color-bias", "which classes need their colors"),
                        new Step("all-layers", "the gains and their deviations, row by row")),
                new Lesson(
                        "What do skip connections and batch normalization do?",
                        "singular values; ReLU networks",
                        new Step("conditioning", "condition numbers with a skip connection and without"),
                        new Step("bn-partition", "where the folds are, before any training"),
                        new Step("bn-jitter", "the slope of the jitter against the size of the batch")),
                new Lesson(
                        "How does a recurrent network remember?",
                        "orthogonal matrices; recurrent networks",
                        new Step("copy-task", "what a random orthogonal matrix remembers without training"),
                        new Step("adding-task", "the step at which the loss falls below 1/6"),
                        new Step("permuted-mnist", "orthogonal, frozen, none and LSTM side by side"),
                        new Step("orthogonal-learning", "the distance from orthogonal after thousands of steps"),
                        new Step("projunn-scaling", "the slopes of the times against the size")),
                new Lesson(
                        "What can a network do without training data?",
                        "the singular value decomposition",
                        new Step("deeptensor-noise", "the gain over the SVD, with structure and without"),
                        new Step("deeptensor-levels", "how the gains depend on the noise"),
                        new Step("deeptensor-hyperspectral", "the best SVD, the strong rival"),
                        new Step("deeptensor-digits", "three ways that are equally good"),
                        new Step("deeptensor-speed", "the number of multiplications of a step"))));
    }

    /// The course in Markdown.
    ///
    /// @param experiments all that the page shows
    String markdown(List<Experiment> experiments) {
        Set<String> names = experiments.stream().map(Experiment::name).collect(Collectors.toSet());
        var page = new StringBuilder(Exercises.INTRODUCTION);
        int number = 0;
        for (Lesson lesson : lessons) {
            page.append("\n### Lesson %d: %s\n\nYou need: %s.\n\n".formatted(++number, lesson.title(), lesson.needs()));
            for (Step step : lesson.steps()) {
                if (names.contains(step.experiment())) {
                    page.append("- %s: look at %s.\n".formatted(link(step.experiment()), step.look()));
                }
            }
            page.append(lesson.exercise().isEmpty() ? "" : "\n" + lesson.exercise() + "\n");
        }
        Set<String> taught = lessons.stream()
                .flatMap(lesson -> lesson.steps().stream())
                .map(Step::experiment)
                .collect(Collectors.toSet());
        String others = experiments.stream()
                .filter(experiment -> !taught.contains(experiment.name()))
                .map(experiment -> "- %s: %s.\n"
                        .formatted(
                                link(experiment.name()),
                                experiment.description().title()))
                .collect(Collectors.joining());
        return page + (others.isEmpty() ? "" : "\n### More experiments\n\n" + others);
    }

    private static String link(String experiment) {
        return "[%s](%s.md)".formatted(experiment, experiment);
    }
}
