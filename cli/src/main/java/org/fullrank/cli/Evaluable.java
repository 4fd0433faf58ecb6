package org.fullrank.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.method.PredictorSpec.DirectSet;
import org.fullrank.objective.Objective;
import org.fullrank.objective.Regression;
import org.fullrank.objective.Regularizer;
import org.fullrank.objective.Terms;
import org.fullrank.objective.Views;
import org.fullrank.settings.Choices;
import org.fullrank.settings.Choices.Choice;
import org.fullrank.settings.Nearest;
import org.fullrank.settings.Yaml;
import org.jspecify.annotations.Nullable;

/// A loss, or a part of a loss, that can be evaluated on saved embeddings.
///
/// @param takes the expected files, in words
/// @param fewest the smallest accepted number of files
/// @param most the largest accepted number of files
/// @param settings the record with its settings
/// @param formula the value for matrices `[N, D]` of the same shape and type
record Evaluable(String takes, int fewest, int most, Record settings, Formula formula) {
    /// The value of matrices.
    @FunctionalInterface
    interface Formula {
        /// @param draw the key of random draws
        Terms evaluate(List<Tensor> z, long draw);
    }

    /// Other common names of objectives, without hyphens.
    private static final Map<String, String> OTHER_NAMES = Map.of(
            "infonce",
            "nt-xent",
            "simclr",
            "nt-xent",
            "ntxent",
            "nt-xent",
            "barlow",
            "barlow-twins",
            "whitening",
            "w-mse");

    /// Methods whose loss is not a function of embeddings alone.
    private static final Set<String> SELF_DISTILLATION =
            Set.of("byol", "simsiam", "directpred", "directcopy", "isoloss", "self-distillation");

    /// The function of that name, with settings `key=value` that replace its defaults.
    ///
    /// @throws InputException for an unknown name, an unknown key, or a value that the function refuses
    static Evaluable named(String name, List<String> settings) {
        Choice<Regularizer> regularizer = find(Regularizer.class, name);
        if (regularizer != null) {
            return of(set(name, regularizer.defaults(), settings));
        }
        Objective objective = Objective.all().get(name);
        if (objective != null) {
            return of(set(name, objective, settings));
        }
        Choice<Regression> regression = find(Regression.class, name);
        if (regression != null) {
            return switch (regression.defaults()) {
                case Regression.Cosine cosine -> of(set(name, cosine, settings), null);
                case Regression.Euclidean euclidean -> of(set(name, euclidean, settings), null);
                case Regression.IsoCosine iso -> of(iso, set(name, Spectral.defaults(), settings));
                case Regression.IsoEuclidean iso -> of(iso, set(name, Spectral.defaults(), settings));
            };
        }
        String usual = OTHER_NAMES.get(name.toLowerCase(Locale.ROOT).replaceAll("[-_ ]", ""));
        if (usual != null) {
            throw new InputException(
                    "objective: found no %s, expected its name here, %s; use that".formatted(name, usual));
        }
        InputException.when(
                SELF_DISTILLATION.contains(name.toLowerCase(Locale.ROOT)),
                "objective: found %s, whose loss needs a predictor and a target network, expected a loss of embeddings"
                        + " alone; evaluate its regression on predictions and targets, such as cosine",
                name);
        throw Nearest.unknown("objective: found no", name, names());
    }

    /// All names, objectives first.
    static List<String> names() {
        List<String> names = new ArrayList<>(Objective.all().keySet());
        Choices.of(Regularizer.class).forEach(c -> names.add(c.name()));
        Choices.of(Regression.class).forEach(c -> names.add(c.name()));
        return names;
    }

    private static <T> @Nullable Choice<T> find(Class<T> sealed, String name) {
        return Choices.of(sealed).stream()
                .filter(choice -> choice.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    @SuppressWarnings("unchecked") // a record of the class that `defaults` has
    private static <T> T set(String name, T defaults, List<String> settings) {
        Record record = (Record) defaults;
        return (T) Yaml.read("objective " + name, Yaml.write(record), record.getClass(), settings);
    }

    private static Evaluable of(Regularizer regularizer) {
        return new Evaluable(
                "exactly one for a regularizer",
                1,
                1,
                (Record) regularizer,
                (z, draw) -> regularizer.evaluate(z.getFirst(), draw));
    }

    private static Evaluable of(Objective objective) {
        return new Evaluable(
                "two or more, one for each view of the samples",
                2,
                Integer.MAX_VALUE,
                (Record) objective,
                (z, draw) -> {
                    Tensor first = z.getFirst();
                    long[] memory = objective.memory(first.size(1));
                    Tensor zeros = memory.length == 0
                            ? null
                            : Tensors.zeros(Device.CPU, first.scalar_type().intern(), memory);
                    return objective.evaluate(new Views(z, draw, zeros));
                });
    }

    /// A regression from the first matrix to the second one, which is treated as a constant.
    ///
    /// @param predictor computes the prediction from the first matrix; null if the first matrix is the
    ///     prediction
    private static Evaluable of(Regression regression, @Nullable Spectral predictor) {
        return new Evaluable(
                "exactly two, prediction and target",
                2,
                2,
                predictor == null ? (Record) regression : predictor,
                (z, draw) -> {
                    Tensor online = z.getFirst(); // [N, D]
                    Tensor prediction = predictor == null ? online : online.mm(predictor.matrix(online.detach()));
                    return regression.evaluate(online, prediction, z.getLast().detach());
                });
    }

    /// The predictor of regressions that need one: [DirectSet] with the correlation of one matrix.
    record Spectral(double alpha, double epsilon, DirectSet.Form form, boolean normalize) {
        /// The value of the official IsoLoss code, which adds nothing to the eigenvalues.
        static final double DEFAULT_EPSILON = 0;

        public Spectral {
            directSet(alpha, epsilon, form, normalize);
        }

        static Spectral defaults() {
            return new Spectral(DirectSet.DEFAULT_ALPHA, DEFAULT_EPSILON, DirectSet.Form.ISO, true);
        }

        /// W, `[D, D]`, from the uncentered correlation `z'z / N` of `[N, D]`.
        Tensor matrix(Tensor z) {
            Tensor correlation = z.t().mm(z).div(Tensors.scalar(z.size(0)));
            return directSet(alpha, epsilon, form, normalize).matrix(correlation);
        }

        private static DirectSet directSet(double alpha, double epsilon, DirectSet.Form form, boolean normalize) {
            return new DirectSet(alpha, epsilon, DirectSet.DEFAULT_RHO, 1, form, normalize);
        }
    }
}
