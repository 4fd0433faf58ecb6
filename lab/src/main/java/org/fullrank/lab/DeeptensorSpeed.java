package org.fullrank.lab;

import static org.fullrank.lab.Expected.atLeast;
import static org.fullrank.lab.Expected.near;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.decompose.Decomposition;
import org.fullrank.decompose.DecompositionSettings;
import org.fullrank.decompose.FitProgress;
import org.fullrank.decompose.NoiseLevel;
import org.fullrank.decompose.PartialTensor;
import org.fullrank.decompose.Psnr;
import org.fullrank.engine.Device;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.lab.Series.Color;
import org.fullrank.net.SkipNetwork;

/// Compares networks that generate factors of a volume with one 3-D network that generates the whole volume.
///
/// @param fitter fits factors; under test
/// @param width channels of the 3-D network for those of the factor networks; under test
record DeeptensorSpeed(Fitter fitter, IntUnaryOperator width) implements Experiment {
    private static final String NAME = "deeptensor-speed";
    private static final double RATE = 5e-3;
    private static final double AVERAGING = 0.9;
    private static final double PEAK = 100;
    private static final double READOUT = 2;
    private static final int RANK = 6;
    private static final double HOLDOUT = 0.02;
    /// Time is measured to a held-out loss this much above the larger of both smallest ones.
    private static final double NEAR = 1.05;
    /// A step of the factors is cheap, so they take this many times the steps.
    private static final int FACTOR_STEPS = 5;

    /// Fits factors.
    @FunctionalInterface
    interface Fitter {
        Decomposition fit(PartialTensor data, DecompositionSettings settings, FitProgress progress);
    }

    DeeptensorSpeed() {
        this((data, settings, progress) -> Decomposition.fit(data, settings, null, progress), width -> width);
    }

    @Override
    public Description description() {
        return new Description(
                NAME,
                "networks for the factors of a volume need far fewer operations than one 3-D network",
                DeeptensorNoise.PAPER,
                "the claim of the abstract that factors of 3-D tensors are 60 times faster; the sizes come from this"
                        + " project",
                """
                Is it cheaper to generate the factors of a volume than the volume itself? Here, one noisy volume is
                fitted by R pictures from a 2-D network times R lines from a 1-D network, and by a 3-D network of the
                same layers, except that it pads with zeros and the others by reflection. You see the multiplications
                and the time of a step, the PSNR of both, and how the held-out error falls with time.

                **Volume.** A drawn scene of three materials, 32 x 32 x 24 (16 x 16 x 12 in a quick run), as counts with a
                mean of 100 at most plus a readout noise of 2 counts.

                **Networks.** Both are skip networks with 3 scales (2 in a quick run), 32 channels (8 in a quick run) and 4
                channels that skip. The factors have rank 6. The input of the 3-D network has 6 channels too. Both have
                Adam with a rate of .005, averages of the outputs over 10 steps, no input noise, 2 % of the entries held
                out, and keep the step with the smallest held-out loss. The 3-D network takes 150 steps (100 in a quick
                run). The factors take five times as many, because their steps are cheap.

                **Claims.** Multiplications are counted in the convolutions of a forward pass, so they do not depend on
                the machine. **The times are those of one machine** and of few steps, so no claim depends on them. The
                time *to equal quality* is the time until the held-out loss is 5 % above the larger of the two smallest
                held-out losses. Both clocks start before the networks are built.
                """);
    }

    /// What a way achieved.
    ///
    /// @param multiplications of a forward pass
    /// @param milliseconds since the start, after each step
    /// @param heldOut loss of each step
    private record Way(String name, double multiplications, double[] milliseconds, double[] heldOut, double psnr) {
        double least() {
            return Arrays.stream(heldOut).min().orElseThrow();
        }

        double perStep() {
            int last = milliseconds.length - 1;
            return (milliseconds[last] - milliseconds[0]) / last; // the first step makes the memory ready
        }

        double timeTo(double loss) {
            int step = IntStream.range(0, heldOut.length)
                    .filter(i -> heldOut[i] <= loss)
                    .findFirst()
                    .orElseThrow();
            return milliseconds[step] / 1e3;
        }
    }

    @Override
    public Outcome run(Setting setting) {
        RandomGenerator random = setting.random(NAME);
        int size = setting.size(16, 32);
        NoisySignal noisy =
                HyperspectralScene.drawn(random, size, setting.size(12, 24)).counts(random, PEAK, READOUT);
        int channels = setting.size(8, 32);
        int scales = setting.size(2, 3);
        int steps = setting.size(100, 150);
        Way factors = factors(noisy, new SkipNetwork(channels, scales, 4), FACTOR_STEPS * steps, setting.seed());
        Way volume = volume(noisy, new SkipNetwork(width.applyAsInt(channels), scales, 4), steps, random);
        double equal = NEAR * Math.max(factors.least(), volume.least());
        ResultTable table = ResultTable.of(
                "way", "multiplications of a forward pass", "ms per step", "PSNR, dB", "seconds to equal quality");
        for (Way way : List.of(factors, volume)) {
            table = table.row(
                    way.name,
                    "%,.0f".formatted(way.multiplications),
                    "%.1f".formatted(way.perStep()),
                    "%.2f".formatted(way.psnr),
                    "%.2f".formatted(way.timeTo(equal)));
        }
        return new Outcome(claims(factors, volume), table, figure(factors, volume));
    }

    private static List<Claim> claims(Way factors, Way volume) {
        return List.of(
                Claim.of(
                        "multiplications of the 3-D network divided by those of the factor networks",
                        volume.multiplications / factors.multiplications,
                        atLeast(20),
                        "one more dimension: kernels of 3 times the size, and as many more positions as there are bands"),
                Claim.of(
                        "with five times the steps, the factors are about as good or better: PSNR above that of the 3-D network, in dB",
                        factors.psnr - volume.psnr,
                        near(3, 4),
                        "the volume has low rank, which only the factors know"));
    }

    private Way factors(NoisySignal noisy, SkipNetwork network, int steps, long seed) {
        DecompositionSettings plain = DecompositionSettings.ofRank(RANK);
        var settings = new DecompositionSettings(
                RANK,
                network,
                plain.loss(),
                plain.rowSign(),
                plain.columnSign(),
                plain.threeWay(),
                new DecompositionSettings.Stopping(HOLDOUT, 1, steps, steps, new NoiseLevel.Unknown()),
                0,
                new DecompositionSettings.Descent(RATE, 0, AVERAGING),
                seed);
        var times = new ArrayList<Double>();
        long start = System.nanoTime();
        Decomposition fitted = fitter.fit(noisy.tensor(), settings, step -> {
            times.add((System.nanoTime() - start) / 1e6);
            return true;
        });
        List<Integer> shape = noisy.shape();
        double picture = multiplications(network, shape.get(0), shape.get(1), 2);
        double line = multiplications(network, 1, shape.get(2), 1);
        return new Way(
                "factors, 2-D and 1-D",
                picture + line,
                times.stream().mapToDouble(Double::doubleValue).toArray(),
                fitted.heldOutLosses(),
                Psnr.of(noisy.truth(), fitted.reconstruction()));
    }

    /// Multiplications of the convolutions of a skip network with `dimensions` dimensions and the rank as channels of
    /// its input and its output.
    private static double multiplications(SkipNetwork network, int height, int width, int dimensions) {
        double kernel = Math.pow(3, dimensions);
        double sum = (double) height * width * network.width() * RANK; // the last layer
        int in = RANK;
        int h = height;
        int w = width;
        for (int scale = 0; scale < network.scales(); scale++) {
            double fine = (double) h * w;
            h = Math.ceilDiv(h, 2);
            w = Math.ceilDiv(w, 2);
            double coarse = (double) h * w;
            double channels = network.width();
            sum += fine * in * network.skip()
                    + coarse * channels * kernel * (in + channels)
                    + fine * channels * (kernel * (network.skip() + channels) + channels);
            in = network.width();
        }
        return sum;
    }

    private static Way volume(NoisySignal noisy, SkipNetwork network, int steps, RandomGenerator random) {
        int count = noisy.values().length;
        float[] fittedEntry = new float[count];
        float[] heldOutEntry = new float[count];
        double squares = 0;
        for (int i = 0; i < count; i++) {
            heldOutEntry[i] = random.nextDouble() < HOLDOUT ? 1 : 0;
            fittedEntry[i] = 1 - heldOutEntry[i];
            squares += (double) noisy.values()[i] * noisy.values()[i];
        }
        double scale = 2 * Math.sqrt(squares / count); // as in the fit of factors
        double[] milliseconds = new double[steps];
        double[] heldOut = new double[steps];
        float[] best = noisy.values();
        long multiplications;
        long start = System.nanoTime(); // the networks are built on the clock, as those of the factors
        try (var scope = Scope.open()) {
            var prior = new VolumePrior(noisy.shape(), network.width(), network.scales(), network.skip(), RANK, random);
            Tensor measured = Tensors.of(noisy.values(), count).div(Tensors.scalar(scale));
            Tensor weights = Tensors.of(fittedEntry, count);
            Tensor others = Tensors.of(heldOutEntry, count);
            Tensor average = Tensors.zeros(Device.CPU, ScalarType.Float, count);
            double least = Double.POSITIVE_INFINITY;
            for (int step = 0; step < steps; step++) {
                try (var one = Scope.open()) {
                    Tensor volume = prior.step(measured, weights, RATE);
                    average.lerp_(volume, Tensors.scalar(step == 0 ? 1 : 1 - AVERAGING));
                    Tensor error =
                            average.sub(measured).square().mul(others).sum().div(others.sum());
                    heldOut[step] = Tensors.value(error) * scale * scale;
                    milliseconds[step] = (System.nanoTime() - start) / 1e6;
                    if (heldOut[step] < least) {
                        least = heldOut[step];
                        best = Tensors.floats(average.mul(Tensors.scalar(scale)));
                    }
                }
            }
            multiplications = prior.multiplications();
        }
        return new Way("whole volume, 3-D", multiplications, milliseconds, heldOut, Psnr.of(noisy.truth(), best));
    }

    private static Figure figure(Way factors, Way volume) {
        return Figure.of(
                "The held-out error against the time, on one machine.",
                1,
                Panel.of("held-out error", Axis.log("seconds"), Axis.log("squared error"))
                        .with(curve(factors, Color.BLUE), curve(volume, Color.VERMILION)));
    }

    private static Series curve(Way way, Color color) {
        double[] seconds = Arrays.stream(way.milliseconds).map(ms -> ms / 1e3).toArray();
        return Series.line(way.name, color, seconds, way.heldOut);
    }
}
