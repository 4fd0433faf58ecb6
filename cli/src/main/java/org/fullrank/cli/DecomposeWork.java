package org.fullrank.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fullrank.decompose.Decomposition;
import org.fullrank.decompose.DecompositionSettings;
import org.fullrank.decompose.FactorSign;
import org.fullrank.decompose.FitLoss;
import org.fullrank.decompose.ImageTensor;
import org.fullrank.decompose.LinearMeasurements;
import org.fullrank.decompose.MatrixMeasurement;
import org.fullrank.decompose.NoiseLevel;
import org.fullrank.decompose.Observed;
import org.fullrank.decompose.PartialTensor;
import org.fullrank.decompose.RankSearch;
import org.fullrank.decompose.Reconstruction;
import org.fullrank.decompose.Rival;
import org.fullrank.decompose.Rivals;
import org.fullrank.decompose.ThreeWay;
import org.fullrank.engine.FullrankException;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Threads;
import org.fullrank.file.NpyArray;
import org.fullrank.net.DeepDecoder;
import org.fullrank.net.SkipNetwork;
import org.fullrank.net.UntrainedNetwork;
import org.fullrank.text.Numbers;
import org.jspecify.annotations.Nullable;

/// What `fullrank decompose` does. The work has a separate class, so that `--help` does not load libtorch.
final class DecomposeWork {
    private final DecomposeCommand command;

    DecomposeWork(DecomposeCommand command) {
        this.command = command;
    }

    void run() {
        List<Rival> rivals = command.operator != null
                ? List.of()
                : command.compare.stream().map(Rival::named).toList();
        DecompositionSettings settings = settings();
        NpyArray tensor = read(command.tensor);
        float[] mask = alike("--mask", command.mask, tensor.shape());
        Observed data = observed(tensor, mask);
        float[] truth = alike("--truth", command.truth, data.shape());
        if (data instanceof PartialTensor entries) {
            rivals.forEach(rival -> rival.requireFor(entries));
        }
        (isAuto() ? settings.withRank(1) : settings).requireFor(data); // before a folder is made
        settings.notes(data).forEach(note -> command.err().println("decompose: " + note));
        prepareFolder();
        Threads.use(Threads.resolve(0));
        long start = System.nanoTime();
        DecomposeResult result;
        try {
            RankSearch search = search(data, settings);
            result = new DecomposeResult(
                    data, search, table(rivals, data, search.best(), truth), truth, secondsSince(start));
        } catch (FullrankException e) {
            throw e;
        } catch (RuntimeException e) { // of the engine
            String reason =
                    NativeErrors.isOutOfMemory(e) ? "out of memory; lower --width or --rank" : NativeErrors.line(e);
            throw new JobException("decompose %s: %s".formatted(command.tensor, reason), e);
        }
        report(result);
    }

    private void report(DecomposeResult result) {
        if (command.out != null) {
            result.write(command.out, String.valueOf(command.tensor.getFileName()));
        }
        double excess = result.fitted().excess();
        if (excess > 1) {
            command.err()
                    .println(
                            "decompose: the residual is %s times the noise; raise --rank or --iterations, or correct --noise"
                                    .formatted(Numbers.number(excess)));
        }
        if (command.json) {
            command.out().println(result.json());
            return;
        }
        command.out().println(result.text());
        if (command.out != null) {
            command.out().println(command.out.resolve("page.html"));
        }
    }

    /// The entries of the tensor, or with an operator the measurements of another tensor.
    private Observed observed(NpyArray tensor, float @Nullable [] mask) {
        if (command.operator == null) {
            return PartialTensor.of(tensor.shape(), tensor.values(), mask, command.nanMissing);
        }
        InputException.unless(
                command.shape.stream().allMatch(side -> side > 0),
                "--shape: found %s, expected positive sizes",
                command.shape);
        var map = MatrixMeasurement.dense(command.shape, NpyArray.read(command.operator));
        int count = tensor.values().length;
        return new LinearMeasurements(
                map, PartialTensor.of(List.of(1, count), tensor.values(), mask, command.nanMissing));
    }

    private static List<Reconstruction> table(
            List<Rival> rivals, Observed data, Decomposition fitted, float @Nullable [] truth) {
        var table = new ArrayList<Reconstruction>();
        table.add(Reconstruction.of(fitted, truth));
        if (data instanceof PartialTensor entries) {
            var measured = new Rivals(entries, fitted, truth);
            rivals.forEach(rival -> table.addAll(measured.of(rival)));
        }
        return table;
    }

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private RankSearch search(Observed data, DecompositionSettings settings) {
        try (var progress = new WatchedFit(command.err())) {
            if (isAuto()) {
                return RankSearch.of(data, settings, command.out, progress);
            }
            return new RankSearch(Decomposition.fit(data, settings, command.out, progress), List.of());
        }
    }

    private boolean isAuto() {
        return command.rank.equals(DecomposeCommand.AUTO);
    }

    private DecompositionSettings settings() {
        FactorSign sign = FactorSign.valueOf(command.activation.name());
        return new DecompositionSettings(
                isAuto() ? 1 : rank(),
                network(),
                switch (command.loss) {
                    case L2 -> new FitLoss.L2();
                    case L1 -> new FitLoss.L1();
                    case HUBER -> FitLoss.Huber.defaults();
                    case POISSON -> new FitLoss.Poisson();
                },
                command.nonnegative || command.semi ? sign : FactorSign.ANY,
                command.nonnegative ? sign : FactorSign.ANY,
                ThreeWay.valueOf(command.threeWay.name()),
                new DecompositionSettings.Stopping(
                        or(command.holdout, DecompositionSettings.Stopping.DEFAULT_HOLDOUT),
                        or(
                                command.splits,
                                isAuto() ? RankSearch.DEFAULT_SPLITS : DecompositionSettings.Stopping.DEFAULT_SPLITS),
                        or(command.patience, DecompositionSettings.Stopping.DEFAULT_PATIENCE),
                        or(command.iterations, DecompositionSettings.Stopping.DEFAULT_ITERATIONS),
                        noise()),
                command.variation,
                new DecompositionSettings.Descent(
                        or(command.learningRate, DecompositionSettings.Descent.DEFAULT_LEARNING_RATE),
                        or(command.inputNoise, DecompositionSettings.Descent.DEFAULT_INPUT_NOISE),
                        DecompositionSettings.Descent.DEFAULT_AVERAGING),
                command.seed);
    }

    private NoiseLevel noise() {
        if (command.noise == null) {
            return new NoiseLevel.Unknown();
        }
        InputException.when(
                command.patience != null,
                "--patience: found --noise, which ends the fit at the noise level, expected one of both; leave one out");
        NoiseLevel noise = NoiseLevel.of(command.noise);
        InputException.when(
                noise instanceof NoiseLevel.Poisson && ImageTensor.isNamedBy(command.tensor),
                "--noise poisson: found images, whose values are 0 to 1, expected counts; give them as .npy");
        return noise;
    }

    private UntrainedNetwork network() {
        return switch (command.network) {
            case SKIP ->
                new SkipNetwork(
                        or(command.width, SkipNetwork.DEFAULT_WIDTH),
                        or(command.scales, SkipNetwork.DEFAULT_SCALES),
                        SkipNetwork.DEFAULT_SKIP);
            case DECODER ->
                new DeepDecoder(
                        or(command.width, DeepDecoder.DEFAULT_WIDTH), or(command.scales, DeepDecoder.DEFAULT_SCALES));
        };
    }

    private static <T> T or(@Nullable T given, T otherwise) {
        return given == null ? otherwise : given;
    }

    private int rank() {
        InputException.unless(
                command.rank.matches("\\d{1,9}"), "--rank: found %s, expected a whole number or auto", command.rank);
        return Integer.parseInt(command.rank);
    }

    /// A `.npy` file, an image, or a folder of images.
    private NpyArray read(Path path) {
        return ImageTensor.isNamedBy(path) ? ImageTensor.read(path, command.err()::println) : NpyArray.read(path);
    }

    /// The values of another file of the same shape; null when there is none.
    private float @Nullable [] alike(String option, @Nullable Path file, List<Integer> shape) {
        if (file == null) {
            return null;
        }
        NpyArray other = read(file);
        InputException.unless(
                other.shape().equals(shape),
                "%s %s: found shape %s, expected %s, that of the tensor",
                option,
                file,
                other.shape(),
                shape);
        for (float value : other.values()) {
            InputException.unless(
                    Float.isFinite(value), "%s %s: found %s, expected finite numbers; correct it", option, file, value);
        }
        return other.values();
    }

    /// Makes the folder of results. An earlier fit is continued only if the user requests it.
    private void prepareFolder() {
        Path folder = command.out;
        if (folder == null) {
            return;
        }
        InputException.when(
                Files.exists(folder) && !Files.isDirectory(folder),
                "--out %s: found a file, expected a folder; name another",
                folder);
        try {
            Files.createDirectories(folder);
            try (var states = Files.newDirectoryStream(folder, "rank-*.safetensors");
                    var own = Files.newDirectoryStream(
                            folder, isAuto() ? "rank-*-*.safetensors" : "rank-%d-*.safetensors".formatted(rank()))) {
                boolean found = own.iterator().hasNext();
                InputException.when(
                        !command.resume && states.iterator().hasNext(),
                        "--out %s: found the state of an earlier fit, expected none; add --resume to continue it, or name"
                                + " another folder",
                        folder);
                InputException.when(
                        command.resume && !found,
                        "--resume: found no state of a fit of this rank in %s, expected one; leave out --resume to begin",
                        folder);
            }
        } catch (IOException e) {
            throw new JobException(
                    "--out %s: cannot make the folder (%s); name another".formatted(folder, e.getMessage()), e);
        }
    }
}
