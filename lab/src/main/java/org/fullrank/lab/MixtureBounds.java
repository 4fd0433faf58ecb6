package org.fullrank.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.Tensor;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.independence.GaussianMixture;
import org.fullrank.independence.GaussianMixture.Bounds;
import org.fullrank.lab.Information.Entropy;
import org.fullrank.lab.Information.Local;

/// The entropy of the embeddings of items with small Gaussian noise, for several levels of noise: the
/// bounds, and an estimate from samples.
///
/// @param findings one for each level of noise
record MixtureBounds(List<Finding> findings) {
    private static final int ITEMS = 40;

    /// The bounds of one level.
    record Finding(double noise, Bounds bounds, GaussianMixture.Estimate sampled) {
        /// How far the estimate is above the lower bound, in standard errors.
        double aboveLower() {
            return (sampled.value() - bounds.lower()) / sampled.error();
        }

        /// How far the estimate is below the upper bound, in standard errors.
        double belowUpper() {
            return (bounds.upper() - sampled.value()) / sampled.error();
        }
    }

    /// A network of 3 outputs on 40 random items.
    static MixtureBounds of(Setting setting, Local local, Entropy entropy, double[] levels) {
        RandomGenerator random = setting.random("information mixture");
        int samples = setting.size(500, 5000); // of each item
        Perceptron numbers = Perceptron.gaussian(random, 0.5, false, 4, 16, 16, 3);
        List<Finding> findings = new ArrayList<>();
        try (LibraryNetwork network = new LibraryNetwork(numbers);
                var scope = Scope.withoutGradients()) {
            double[] means = new double[ITEMS * 3];
            List<Tensor> squares = new ArrayList<>(); // J J' of each item, [1, 3, 3]
            for (int n = 0; n < ITEMS; n++) {
                double[] x = VectorMath.gaussian(random, 4, 1);
                SimpleMatrix jacobian = local.slope().of(network, x);
                SimpleMatrix output = numbers.apply(new SimpleMatrix(1, 4, true, x));
                System.arraycopy(output.getDDRM().getData(), 0, means, 3 * n, 3);
                squares.add(
                        ClosedFits.tensor(jacobian.mult(jacobian.transpose())).unsqueeze(0));
            }
            for (double noise : levels) {
                var mixture = new GaussianMixture(
                        Tensors.of(means, ITEMS, 3), Tensors.cat(squares).mul(Tensors.scalar(noise * noise)));
                findings.add(new Finding(noise, entropy.of(mixture), mixture.sampled(samples, setting.seed())));
            }
        }
        return new MixtureBounds(findings);
    }
}
