package org.fullrank.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.fullrank.data.Split;
import org.fullrank.diagnose.Diagnosis;
import org.fullrank.diagnose.NoiseReport;
import org.fullrank.diagnose.NoiseSettings;
import org.fullrank.diagnose.OptimumReport;
import org.fullrank.engine.FullrankException;
import org.fullrank.engine.InputException;
import org.fullrank.spectral.Kernel;
import org.fullrank.trained.Trained;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options of `diagnose` for questions that embeddings alone cannot answer, because they need the
/// network of a run.
final class NetworkQuestions {
    @Option(
            names = "--optimum",
            description = "Also says how far the embedding of a run is from the best one for its objective, which"
                    + " eigenvectors give. For runs with the objective vicreg, nt-xent or barlow-twins, and for closed"
                    + " forms that were fitted to views.")
    boolean optimum;

    @Option(
            names = "--kernel",
            paramLabel = "NAME:ARGS",
            description = "With --optimum: also compares with the best map of this kernel on the representation, such"
                    + " as rbf.")
    @Nullable
    String kernel;

    @Option(
            names = "--gaussian",
            description = "Also says whether the embeddings of noisy copies of an item of a run are Gaussian, and up to"
                    + " which noise. It takes as long as embedding some 25,000 items.")
    boolean gaussian;

    @Option(
            names = "--noise",
            paramLabel = "LIST",
            split = ",",
            description =
                    "With --gaussian: the standard deviations of the noise, rising; 1 is the standard deviation of"
                            + " an input value. Default: 0.001,0.01,0.03,0.1,0.3,1.")
    List<Double> noise = new ArrayList<>();

    @Option(
            names = "--copies",
            paramLabel = "N",
            description = "With --gaussian: the number of noisy copies of each item. Default: "
                    + NoiseSettings.DEFAULT_COPIES + ".")
    @Nullable
    Integer copies;

    /// The first failure. It must not cost the diagnoses, so it is reported after them.
    private @Nullable FullrankException failure;

    /// Refuses wrong options before the first run is read.
    ///
    /// @param embedding whether the embedding is diagnosed
    void requireOptions(boolean embedding) {
        InputException.when(
                kernel != null && !optimum,
                "--kernel: found no --optimum, expected it; add it or leave the kernel out");
        if (kernel != null) {
            Kernel.of(kernel);
        }
        InputException.when(
                (!noise.isEmpty() || copies != null) && !gaussian,
                "%s: found no --gaussian, expected it; add it or leave the option out",
                noise.isEmpty() ? "--copies" : "--noise");
        settings();
        InputException.when(
                optimum && !embedding,
                "--optimum: found --places without embedding, expected embedding, which has the optimum; add it");
        InputException.when(
                gaussian && !embedding,
                "--gaussian: found --places without embedding, expected embedding, which is tested; add it");
    }

    private NoiseSettings settings() {
        return new NoiseSettings(
                noise.isEmpty() ? NoiseSettings.DEFAULT_LEVELS : noise,
                copies == null ? NoiseSettings.DEFAULT_COPIES : copies);
    }

    /// Answers what was asked, and returns what adds the answers to the diagnosis of the embedding.
    UnaryOperator<Diagnosis> answers(Trained trained, Split split) {
        OptimumReport best = optimum ? attempt(() -> trained.optimum(split, kernel)) : null;
        NoiseReport noisy = gaussian ? attempt(() -> trained.noise(split, settings())) : null;
        return diagnosis -> {
            Diagnosis first = best == null ? diagnosis : diagnosis.withOptimum(best);
            return noisy == null ? first : first.withNoise(noisy);
        };
    }

    private <T> @Nullable T attempt(Supplier<T> part) {
        try {
            return part.get();
        } catch (FullrankException e) {
            failure = failure == null ? e : failure;
            return null;
        }
    }

    /// What failed first, if anything did.
    Optional<FullrankException> failure() {
        return Optional.ofNullable(failure);
    }

    /// Throws it.
    void throwFailure() {
        if (failure != null) {
            throw failure;
        }
    }
}
