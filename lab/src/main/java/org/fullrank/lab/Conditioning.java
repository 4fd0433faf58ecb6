package org.fullrank.lab;

import static org.fullrank.lab.Expected.atMost;
import static org.fullrank.lab.MatrixMath.singularValues;

import java.util.ArrayList;
import java.util.List;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.lab.SkipNet.Activation;

/// Checks that skip connections bound the condition number of a layer, and therefore the condition number of
/// the loss.
///
/// @param map computes the linear map of a layer; under test
/// @param hessian computes the second derivative of the loss in the weights of one layer; under test
/// @param gradient computes the loss and its gradient; under test
record Conditioning(LayerMap map, Hessian hessian, Gradient gradient) implements Experiment {
    /// The linear map of a layer inside one region of its input.
    @FunctionalInterface
    interface LayerMap {
        SimpleMatrix of(double[] slopes, SimpleMatrix w, double skip);
    }

    /// The second derivative of the loss in the weights of the first layer, for samples in columns.
    @FunctionalInterface
    interface Hessian {
        SimpleMatrix of(SkipNet net, SimpleMatrix x);
    }

    /// The loss and its gradient, for samples and targets in columns.
    @FunctionalInterface
    interface Gradient {
        SkipNet.Slope of(SkipNet net, SimpleMatrix x, SimpleMatrix y);
    }

    Conditioning() {
        this(SkipNet::map, SkipNet::hessian, SkipNet::slope);
    }

    @Override
    public Description description() {
        return new Description(
                "conditioning",
                "skip connections keep the singular values of a layer near 1, so gradient descent is fast",
                "Riedi, Balestriero, Baraniuk, Singular value perturbation and deep network"
                        + " optimization, Constructive Approximation 2023, arXiv 2203.03099",
                "the claims of the abstract. The formulas are derived here, and the numbers come from"
                        + " this project",
                """
                Why are networks with skip connections easier to train? The experiment computes how long and narrow
                the valley of the loss is, for layers with and without a skip connection, and counts the steps of
                gradient descent. You see that the skip connection makes the valley much rounder, and the training
                many times shorter.

                Gradient descent is slow if the loss is a long, narrow valley. A step that is safe for the steep
                sides is tiny along the floor. The condition number says how narrow the valley is. It is the largest
                singular value divided by the smallest. A plain layer has a large condition number. A layer with a
                skip connection has a small one, because the identity plus something small is close to the identity.

                A layer maps z to `a(W z) + rho z`. In a plain network (ConvNet), rho is 0, and in a ResNet, rho
                is 1. The activation a is linear on both sides of zero. Its slope below zero is 0 (ReLU), 0.1
                (leaky) or -1 (absolute value). Inside one region of the input, the layer is the matrix `rho I + D
                W`, where the diagonal matrix D contains the slopes. Let `|W|` be the largest singular value of W.
                Weyl's inequality says that `|s_i(rho I + D W) - rho|` is at most `|W|` for every singular value
                s_i. So if `|W| < rho`, the condition number is at most `(rho + |W|)/(rho - |W|)`.

                **Singular values.** W is `[128, 128]` with entries `N(0, s^2/128)`, and a unit has slope 1 with
                probability 1/2. There are 10 draws (3 in a quick run) for each s. The table shows medians, because
                the condition number of a plain layer has a heavy tail.

                **Loss.** Only the weights of one layer vary. Then the squared error is quadratic, as long as no
                unit switches between its two slopes. Its second derivative is `2/N sum (x x') kron (D M' M D)`,
                where M is the matrix of the layers above. It is computed for three leaky layers `[4, 4]` with 6
                samples.

                **Training.** A network of 10 layers with 12 units (8 in a quick run) learns a random linear map by
                gradient descent on all samples. There are 4 samples for each unit. Each network gets the best of
                five learning rates from 0.003 to 0.3. The plain network starts with Gaussian weights that keep the
                mean square of the signal, or with orthogonal weights of the same scale. The ResNet starts with
                Gaussian weights with s = 0.1.

                **What to look at.** Compare the two plain networks in the lower row. Orthogonal weights make a
                linear network without skips as fast as a ResNet. So the condition number is what counts, and a skip
                is one way to keep it small. With a leaky activation, the orthogonal start is as slow as the
                Gaussian one, because the slopes D make the condition number of every layer large.
                """);
    }

    @Override
    public Outcome run(Setting setting) {
        List<Claim> claims = new ArrayList<>(reference());
        RandomLayers layers = RandomLayers.draw(map, setting);
        claims.addAll(layers.claims());
        SkipCurvature curvature = new SkipCurvature(hessian, gradient, setting);
        claims.addAll(curvature.claims());
        SkipTraining training = SkipTraining.run(gradient, setting);
        claims.addAll(training.claims());
        List<Panel> panels = new ArrayList<>(List.of(layers.spectra(), layers.conditions()));
        panels.addAll(curvature.panels());
        panels.addAll(training.panels());
        Figure figure = new Figure(
                "The upper row shows the singular values of one layer, the condition number of a layer,"
                        + " and the condition number of the second derivative of the loss in one layer. The lower"
                        + " row shows the loss along a line in the weights of one layer, and the training of 10"
                        + " layers.",
                3,
                panels);
        return new Outcome(claims, layers.table(), figure);
    }

    static double condition(double[] singularValues) {
        return singularValues[0] / singularValues[singularValues.length - 1];
    }

    /// Singular values that the specification of this project gives to 12 digits, for rho 0 and then 1.
    private static final double[][][] REFERENCE = {
        {
            {.292287916205, .228459539983, .193565171481, .082334649683, 0, 0},
            {1.198558461196, 1.153743284041, 1.106921660168, .979619342831, .969463892537, .848959690780}
        },
        {
            {.292317790309, .228478963793, .193746342737, .082459593108, .026575415387, .021334330843},
            {1.201359666108, 1.155862245539, 1.109190566771, .991951605655, .975328384113, .846110851416}
        },
        {
            {.299397763856, .292608861885, .230291298160, .207644285225, .178169261115, .081052970955},
            {1.205628214730, 1.178965075212, 1.098346816789, .903293962604, .855702568176, .824890265856}
        }
    };

    private static final double[] HALF_SKIP = {2.012346180944, 2.037321236053, 2.185018540469};

    private List<Claim> reference() {
        SimpleMatrix w = new SimpleMatrix(6, 6);
        for (int i = 0; i < 6; i++) {
            for (int j = 0; j < 6; j++) {
                w.set(i, j, 0.12 * StrictMath.cos(1 + 1.7 * i + 2.3 * j + 0.9 * i * j));
            }
        }
        double values = 0;
        double conditions = 0;
        Activation[] activations = {Activation.RELU, Activation.LEAKY, Activation.ABS};
        for (int a = 0; a < activations.length; a++) {
            double below = activations[a].slope(-1);
            double[] slopes = {1, below, 1, 1, below, 1};
            for (int skip = 0; skip < 2; skip++) {
                double[] found = singularValues(map.of(slopes, w, skip));
                for (int i = 0; i < 6; i++) {
                    values = Math.max(values, Math.abs(found[i] - REFERENCE[a][skip][i]));
                }
            }
            double half = condition(singularValues(map.of(slopes, w, 0.5)));
            conditions = Math.max(conditions, Math.abs(half - HALF_SKIP[a]));
        }
        return List.of(
                Claim.of(
                        "a given matrix `[6, 6]`, ReLU, leaky and absolute value, rho 0 and 1: largest error of a"
                                + " singular value",
                        values,
                        atMost(1e-10),
                        "golden values of numpy, given to 12 digits"),
                Claim.of(
                        "the same matrix, rho 1/2: largest error of a condition number",
                        conditions,
                        atMost(1e-10),
                        "golden values of numpy, given to 12 digits"));
    }
}
