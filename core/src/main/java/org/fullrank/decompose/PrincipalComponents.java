package org.fullrank.decompose;

import org.fullrank.engine.InputException;
import org.fullrank.net.SignalShape;

/// Principal components of few and noisy samples. Their covariance is fitted by `V V'`, where an untrained network
/// makes V (DeepTensor, Saragadam, Balestriero, Veeraraghavan, Baraniuk 2022), and the components are the eigenvectors
/// of the fit.
///
/// The mean of the samples is subtracted, as in principal component analysis. While a fit holds out samples, it is the
/// mean of the others. The official code subtracts the mean of
/// each sample instead.
///
/// @param mean of the samples, `[N]`
/// @param fitted the covariance
/// @param directions eigenvectors of the fitted covariance; their values are its eigenvalues
public record PrincipalComponents(float[] mean, Decomposition fitted, Subspace directions) {
    /// Fits the covariance of samples.
    ///
    /// @param samples `[count, N]`, row-major
    /// @param side the signal of each sample: a line or a picture of N positions
    /// @param settings the rank is the number of components; held out are samples
    /// @throws InputException when the numbers do not fill the samples, or the settings do not suit them
    /// @throws org.fullrank.engine.JobException when a loss is not finite
    public static PrincipalComponents fit(
            float[] samples, int count, SignalShape side, DecompositionSettings settings) {
        var raw = new SampleCovariance(side, count, samples); // checks the sizes
        float[] mean = mean(samples, count, side.size());
        var centered = new SampleCovariance(side, count, centered(raw.samples(), mean));
        Decomposition fitted = Decomposition.fit(centered, settings);
        return new PrincipalComponents(mean, fitted, Subspace.of(fitted));
    }

    /// Number of components. It is below the rank if the fit has fewer directions.
    public int count() {
        return directions.values().length;
    }

    /// The components of samples, new ones too, `[count, K]`, row-major, in descending order of their variance.
    ///
    /// @param samples `[count, N]`, row-major
    /// @throws InputException when the samples have another length
    public float[] of(float[] samples, int count) {
        InputException.unless(
                samples.length == (long) count * mean.length,
                "samples: found %d numbers, expected %d for %d samples of %d",
                samples.length,
                (long) count * mean.length,
                count,
                mean.length);
        float[] centered = centered(samples, mean);
        float[] columns = new float[centered.length]; // [N, count]
        for (int i = 0; i < centered.length; i++) {
            columns[i % mean.length * count + i / mean.length] = centered[i];
        }
        return directions.coordinates(columns, count);
    }

    private static float[] mean(float[] samples, int count, int size) {
        double[] sums = new double[size];
        for (int i = 0; i < samples.length; i++) {
            sums[i % size] += samples[i];
        }
        float[] mean = new float[size];
        for (int i = 0; i < size; i++) {
            mean[i] = (float) (sums[i] / count);
        }
        return mean;
    }

    private static float[] centered(float[] samples, float[] mean) {
        float[] centered = samples.clone();
        for (int i = 0; i < centered.length; i++) {
            centered[i] -= mean[i % mean.length];
        }
        return centered;
    }
}
