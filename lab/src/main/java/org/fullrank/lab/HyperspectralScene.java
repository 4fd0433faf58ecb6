package org.fullrank.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;
import org.fullrank.engine.InputException;
import org.fullrank.file.NpyArray;

/// A hyperspectral image: a spectrum for each pixel, which is a mixture of the spectra of a few materials.
///
/// @param shape rows, columns, bands
/// @param cube in [0, 1], row-major
/// @param abundances share of each material in each pixel, `[rows * columns, materials]`
/// @param materials number of materials
record HyperspectralScene(List<Integer> shape, float[] cube, float[] abundances, int materials) {
    private static final String CUBE = "jasper_ridge_cube_u16.npy.gz";
    private static final String ABUNDANCES = "jasper_ridge_abundances_f32.npy.gz";
    /// The first row and column of the crop of Jasper Ridge, and its size.
    private static final int FROM = 20;

    private static final int SIZE = 64;
    /// Every fourth band, so that a run takes minutes.
    private static final int STRIDE = 4;

    /// Whether a folder has the two files of Jasper Ridge.
    static boolean isIn(Path folder) {
        return Files.exists(folder.resolve(CUBE)) && Files.exists(folder.resolve(ABUNDANCES));
    }

    /// A crop of Jasper Ridge, with every fourth band, divided by its largest value.
    ///
    /// @param folder of the two files
    /// @throws InputException when they are not there or have another size
    static HyperspectralScene jasperRidge(Path folder) {
        InputException.unless(
                isIn(folder),
                "--data %s: found no %s with %s, expected the folder of Jasper Ridge; leave the option out to draw a scene",
                folder,
                CUBE,
                ABUNDANCES);
        NpyArray whole = NpyArray.read(folder.resolve(CUBE));
        NpyArray shares = NpyArray.read(folder.resolve(ABUNDANCES));
        InputException.unless(
                whole.shape().equals(List.of(100, 100, 198)) && shares.shape().equals(List.of(100, 100, 4)),
                "--data %s: found shapes %s and %s, expected [100, 100, 198] and [100, 100, 4]",
                folder,
                whole.shape(),
                shares.shape());
        float[] cube = crop(whole, STRIDE);
        float most = 0;
        for (float value : cube) {
            most = Math.max(most, value);
        }
        for (int i = 0; i < cube.length; i++) {
            cube[i] /= most;
        }
        return new HyperspectralScene(
                List.of(SIZE, SIZE, Math.ceilDiv(198, STRIDE)),
                cube,
                crop(shares, 1),
                shares.shape().getLast());
    }

    private static float[] crop(NpyArray array, int stride) {
        int width = array.shape().get(1);
        int depth = array.shape().get(2);
        int kept = Math.ceilDiv(depth, stride);
        float[] crop = new float[SIZE * SIZE * kept];
        for (int i = 0; i < crop.length; i++) {
            int row = FROM + i / kept / SIZE;
            int column = FROM + i / kept % SIZE;
            crop[i] = array.values()[(row * width + column) * depth + i % kept * stride];
        }
        return crop;
    }

    /// A scene of three materials in soft round patches, with smooth spectra.
    static HyperspectralScene drawn(RandomGenerator random, int size, int bands) {
        int materials = 3;
        double[][] centers = new double[2 * materials][2];
        double[][] spectra = new double[materials][bands];
        for (double[] center : centers) {
            center[0] = random.nextDouble(size);
            center[1] = random.nextDouble(size);
        }
        for (double[] spectrum : spectra) {
            double peak = random.nextDouble(bands);
            double width = bands * random.nextDouble(0.1, 0.25);
            for (int b = 0; b < bands; b++) {
                spectrum[b] = 0.02 + 0.9 * Math.exp(-Math.pow((b - peak) / width, 2));
            }
        }
        float[] shares = new float[size * size * materials];
        float[] cube = new float[size * size * bands];
        for (int pixel = 0; pixel < size * size; pixel++) {
            double[] weights = new double[materials];
            double sum = 0;
            for (int c = 0; c < centers.length; c++) {
                double distance = Math.hypot(pixel / size - centers[c][0], pixel % size - centers[c][1]);
                double weight = Math.exp(-3 * Math.pow(distance / (0.25 * size), 2)) + 1e-6;
                weights[c % materials] += weight;
                sum += weight;
            }
            for (int k = 0; k < materials; k++) {
                double share = weights[k] / sum;
                shares[pixel * materials + k] = (float) share;
                for (int b = 0; b < bands; b++) {
                    cube[pixel * bands + b] += (float) (share * spectra[k][b]);
                }
            }
        }
        return new HyperspectralScene(List.of(size, size, bands), cube, shares, materials);
    }

    /// Counts of photons and the noise of their reading.
    ///
    /// @param peak mean count where the cube is 1
    NoisySignal counts(RandomGenerator random, double peak, double readout) {
        return new NoisySignal(shape, cube, cube).poisson(random, peak, readout);
    }
}
