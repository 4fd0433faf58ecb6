package org.fullrank.lab;

import static org.fullrank.lab.Expected.near;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.data.Split;
import org.fullrank.decompose.DecompositionSettings;
import org.fullrank.decompose.NoiseLevel;
import org.fullrank.decompose.PrincipalComponents;
import org.fullrank.lab.Series.Color;
import org.fullrank.net.SignalShape;
import org.fullrank.net.SkipNetwork;
import org.jspecify.annotations.Nullable;

/// Principal components of few and noisy digits, by networks and by the covariance itself, and a classifier on them.
///
/// @param fitter finds components with networks; under test
record DeeptensorDigits(Fitter fitter) implements Experiment {
    private static final String NAME = "deeptensor-digits";
    /// Pixels on a side, after averaging blocks of 2 x 2.
    private static final int SIDE = 14;

    private static final SignalShape SHAPE = new SignalShape(SIDE, SIDE);
    /// Mean count where a pixel is 1, and readout noise in counts, as in the official code.
    private static final double PEAK = 20;

    private static final double READOUT = 2;

    /// Fits the covariance of samples.
    @FunctionalInterface
    interface Fitter {
        PrincipalComponents fit(float[] samples, int count, SignalShape side, DecompositionSettings settings);
    }

    DeeptensorDigits() {
        this(PrincipalComponents::fit);
    }

    @Override
    public boolean takesData() {
        return true;
    }

    @Override
    public Description description() {
        return new Description(
                NAME,
                "an untrained network finds the principal components of few noisy digits as well as PCA, not better",
                DeeptensorNoise.PAPER,
                "the set-up of figure 2 in the official code, with digits in place of faces",
                """
                Which directions do digits vary along, if only a few noisy pictures of them are known? Here, an
                untrained network makes a matrix V whose product with its transpose is fitted to the covariance of the
                pictures, and the eigenvectors of this covariance itself (PCA) are the rival. You see the share of the
                variance of new, clean pictures that lies in the found directions, and how well a classifier recognizes
                digits by them.

                **Data.** The digits of MNIST if they are in `--data`, otherwise drawn digits (the table says which),
                with 14 x 14 pixels (blocks of 2 x 2 are averaged). The experiment draws 1000 pictures. The fit gets 250
                of them (60 of 240 in a quick run). Each pixel is a count with a mean of 20 where the picture is 1, plus
                a readout noise of 2 counts, divided by 20. 2000 pictures of the test split (300 in a quick run) measure
                the result.

                **Ways.** *Networks*: V has 20 columns (8 in a quick run), made by a 2-D skip network of 32 channels (8
                in a quick run). A fifth of the known pictures is held out, and the error of their covariance stops the
                fit: the entries of one covariance depend on each other, so entries cannot be held out. *PCA, same
                pictures*: the first eigenvectors of the covariance of all known pictures. *PCA, all pictures*: the same
                for all 1000 pictures.

                **Measures.** The *captured variance* is the share of the variance of the clean test pictures in the
                directions. The classifier is a ridge regression on the components of the known pictures. Its *accuracy* is
                that on the components of noisy test pictures.
                """);
    }

    /// Pictures as rows.
    ///
    /// @param clean `[N][SIDE * SIDE]`
    /// @param noisy the same with noise
    private record Pictures(float[][] clean, float[][] noisy, int[] classes) {
        static Pictures of(@Nullable String mnist, Split split, int count, RandomGenerator random) {
            GrayImages images = GrayImages.of(mnist, split, 0, count);
            float[][] clean = new float[count][];
            float[][] noisy = new float[count][];
            for (int i = 0; i < count; i++) {
                clean[i] = PermutedDigits.averaged(images.pixels()[i], SIDE);
                noisy[i] = new NoisySignal(List.of(SIDE, SIDE), clean[i], clean[i])
                        .poisson(random, PEAK, READOUT)
                        .values();
                for (int k = 0; k < noisy[i].length; k++) {
                    noisy[i][k] /= (float) PEAK;
                }
            }
            return new Pictures(clean, noisy, images.classes());
        }

        Pictures first(int count) {
            return new Pictures(
                    Arrays.copyOf(clean, count), Arrays.copyOf(noisy, count), Arrays.copyOf(classes, count));
        }
    }

    /// Directions and what they achieve.
    private record Result(String name, double captured, double accuracy) {}

    @Override
    public Outcome run(Setting setting) {
        RandomGenerator random = setting.random(NAME);
        String mnist = GrayImages.Known.MNIST.orDrawn(setting);
        Pictures all = Pictures.of(mnist, Split.TRAIN, setting.size(240, 1000), random);
        Pictures known = all.first(all.classes.length / 4);
        Pictures test = Pictures.of(mnist, Split.TEST, setting.size(300, 2000), random);
        int rank = setting.size(8, 20);
        float[] samples = new float[known.noisy.length * SHAPE.size()];
        for (int i = 0; i < known.noisy.length; i++) {
            System.arraycopy(known.noisy[i], 0, samples, i * SHAPE.size(), SHAPE.size());
        }
        PrincipalComponents fitted = fitter.fit(samples, known.noisy.length, SHAPE, settings(setting, rank));
        SimpleMatrix found = new SimpleMatrix(SHAPE.size(), fitted.count());
        for (int i = 0; i < found.getNumElements(); i++) {
            found.set(i, fitted.directions().directions()[i]);
        }
        Result networks = measured("networks", found, known, test);
        Result same = measured("PCA, same pictures", leading(known, rank), known, test);
        Result more = measured("PCA, all pictures", leading(all, rank), known, test);
        ResultTable table = ResultTable.of("data", "way", "captured variance", "accuracy", "steps");
        for (Result result : new Result[] {networks, same, more}) {
            table = table.row(
                    GrayImages.digits(mnist),
                    result.name,
                    result.captured,
                    result.accuracy,
                    result == networks ? fitted.fitted().iterations() : "-");
        }
        Outcome outcome = new Outcome(claims(networks, same), table, figure(found, known, all, test, rank));
        return GrayImages.Known.MNIST.in(setting) ? outcome.decidedAtFullSize(setting) : outcome;
    }

    private static DecompositionSettings settings(Setting setting, int rank) {
        boolean quick = setting.quick();
        DecompositionSettings plain = DecompositionSettings.ofRank(rank);
        return new DecompositionSettings(
                rank,
                quick ? new SkipNetwork(8, 2, 2) : new SkipNetwork(32, 3, 4),
                plain.loss(),
                plain.rowSign(),
                plain.columnSign(),
                plain.threeWay(),
                new DecompositionSettings.Stopping(
                        0.2, 1, setting.size(100, 400), setting.size(600, 4000), new NoiseLevel.Unknown()),
                0,
                new DecompositionSettings.Descent(quick ? 1e-2 : 5e-3, 0.01, 0.9),
                setting.seed());
    }

    /// The first eigenvectors of the covariance of noisy pictures, `[pixels, rank]`.
    private static SimpleMatrix leading(Pictures pictures, int rank) {
        SimpleMatrix x = MatrixMath.centered(matrix(pictures.noisy));
        return x.svd().getV().extractMatrix(0, SimpleMatrix.END, 0, rank);
    }

    private static SimpleMatrix matrix(float[][] rows) {
        SimpleMatrix matrix = new SimpleMatrix(rows.length, rows[0].length);
        for (int i = 0; i < rows.length; i++) {
            for (int k = 0; k < rows[i].length; k++) {
                matrix.set(i, k, rows[i][k]);
            }
        }
        return matrix;
    }

    private static Result measured(String name, SimpleMatrix directions, Pictures known, Pictures test) {
        SimpleMatrix train = matrix(known.noisy).mult(directions);
        SimpleMatrix unseen = matrix(test.noisy).mult(directions);
        return new Result(
                name,
                captured(directions, test),
                new ComponentClassifier(train, known.classes).accuracy(unseen, test.classes));
    }

    private static double captured(SimpleMatrix directions, Pictures test) {
        SimpleMatrix clean = MatrixMath.centered(matrix(test.clean));
        double inside = clean.mult(directions).normF();
        return Math.pow(inside / clean.normF(), 2);
    }

    private static List<Claim> claims(Result networks, Result same) {
        return List.of(
                Claim.of(
                        "a finding: directions of networks capture as much of the variance of clean pictures as PCA of the"
                                + " same pictures, but not more: gain in the share",
                        networks.captured - same.captured,
                        near(0, 0.05),
                        "with seed 11: +.004 for 250 known pictures, -.005 for 100"),
                Claim.of(
                        "a classifier on these components is as good, but not better: gain in accuracy",
                        networks.accuracy - same.accuracy,
                        near(0, 0.05),
                        "with seed 11: -.003 for 250 known pictures, +.009 for 100"));
    }

    private static Figure figure(SimpleMatrix found, Pictures known, Pictures all, Pictures test, int rank) {
        SimpleMatrix same = leading(known, rank);
        SimpleMatrix more = leading(all, rank);
        return Figure.of(
                "Share of the variance of clean test pictures in the first directions.",
                1,
                Panel.of("captured variance", Axis.linear("directions"), Axis.linear("share"))
                        .with(
                                curve("networks", Color.BLUE, found, test),
                                curve("PCA, same pictures", Color.VERMILION, same, test),
                                curve("PCA, all pictures", Color.BLACK, more, test)));
    }

    private static Series curve(String label, Color color, SimpleMatrix directions, Pictures test) {
        int most = directions.getNumCols();
        double[] x = new double[most];
        double[] y = new double[most];
        for (int k = 1; k <= most; k++) {
            x[k - 1] = k;
            y[k - 1] = captured(directions.extractMatrix(0, SimpleMatrix.END, 0, k), test);
        }
        return Series.line(label, color, x, y);
    }
}
