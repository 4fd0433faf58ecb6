package org.fullrank.lab;

import static org.fullrank.lab.Expected.atLeast;
import static org.fullrank.lab.Expected.atMost;
import static org.fullrank.lab.Expected.near;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.lab.Conditioning.LayerMap;
import org.fullrank.lab.Series.Color;
import org.fullrank.lab.SkipNet.Activation;

/// Singular values of random layers of 128 units, for several scales of the weights, activations and skips.
record RandomLayers(List<Layer> layers) {
    private static final int UNITS = 128;
    private static final double[] SCALES = {0.1, 0.3, 0.5, 0.8};
    private static final double[] SKIPS = {0, 0.5, 1};
    private static final List<Activation> ACTIVATIONS = List.of(Activation.RELU, Activation.LEAKY, Activation.ABS);
    /// Median condition number, and largest and smallest singular value, of ReLU with a skip. They come from
    /// 10 draws of the specification, one row for each scale.
    private static final double[][] REFERENCE = {
        {1.25, 1.112, 0.891}, {1.98, 1.351, 0.688}, {3.08, 1.600, 0.510}, {6.72, 2.001, 0.293}
    };

    /// One layer.
    ///
    /// @param scale s, where the entries of W are N(0, s^2/128)
    /// @param active number of units with slope 1
    /// @param plain singular values of W, descending
    /// @param values singular values of `rho I + D W`, descending
    record Layer(double scale, Activation activation, double skip, int active, double[] plain, double[] values) {
        double norm() {
            return plain[0];
        }

        double condition() {
            return Conditioning.condition(values);
        }

        double smallest() {
            return values[values.length - 1];
        }

        boolean is(Activation activation, double skip) {
            return this.activation == activation && this.skip == skip;
        }

        /// The largest distance of a singular value from rho, minus `|W|`.
        double excess() {
            return Math.max(values[0] - skip, skip - smallest()) - norm();
        }

        boolean bounded() {
            return norm() < skip;
        }

        /// Weyl's bound of the condition number; infinite if `|W|` is not below rho.
        double bound() {
            return bounded() ? (skip + norm()) / (skip - norm()) : Double.POSITIVE_INFINITY;
        }

        double rank() {
            return Arrays.stream(values).filter(value -> value > 1e-12).count();
        }

        double change() {
            double largest = 0;
            for (int i = 0; i < values.length; i++) {
                largest = Math.max(largest, Math.abs(values[i] - plain[i]));
            }
            return largest;
        }
    }

    static RandomLayers draw(LayerMap map, Setting setting) {
        List<Layer> layers = new ArrayList<>();
        for (int s = 0; s < SCALES.length; s++) {
            for (int draw = 0; draw < setting.size(3, 10); draw++) {
                RandomGenerator random = setting.random("conditioning", s, draw);
                SimpleMatrix w = MatrixMath.gaussian(random, UNITS, UNITS, SCALES[s] / Math.sqrt(UNITS));
                double[] plain = MatrixMath.singularValues(w);
                for (Activation activation : ACTIVATIONS) {
                    double[] slopes = activation.slopes(random, UNITS);
                    int active = (int) Arrays.stream(slopes).filter(d -> d == 1).count();
                    for (double skip : SKIPS) {
                        double[] values = MatrixMath.singularValues(map.of(slopes, w, skip));
                        layers.add(new Layer(SCALES[s], activation, skip, active, plain, values));
                    }
                }
            }
        }
        return new RandomLayers(layers);
    }

    private List<Layer> of(Activation activation, double skip) {
        return layers.stream().filter(layer -> layer.is(activation, skip)).toList();
    }

    private double median(double scale, Activation activation, double skip, ToDoubleFunction<Layer> figure) {
        return VectorMath.median(of(activation, skip).stream()
                .filter(layer -> layer.scale == scale)
                .mapToDouble(figure)
                .toArray());
    }

    List<Claim> claims() {
        List<Claim> claims = new ArrayList<>(bounds());
        double conditions = 0;
        double ends = 0;
        double gain = Double.POSITIVE_INFINITY;
        for (int s = 0; s < SCALES.length; s++) {
            double scale = SCALES[s];
            double condition = median(scale, Activation.RELU, 1, Layer::condition);
            conditions = Math.max(conditions, Math.abs(condition / REFERENCE[s][0] - 1));
            double high = median(scale, Activation.RELU, 1, layer -> layer.values[0]);
            double low = median(scale, Activation.RELU, 1, Layer::smallest);
            ends = Math.max(ends, Math.max(Math.abs(high - REFERENCE[s][1]), Math.abs(low - REFERENCE[s][2])));
            double plain = median(scale, Activation.LEAKY, 0, Layer::condition);
            gain = Math.min(gain, plain / median(scale, Activation.LEAKY, 1, Layer::condition));
        }
        claims.add(Claim.of(
                "ReLU with skip: largest relative distance of the median condition number from the reference",
                conditions,
                atMost(0.25),
                "1.25, 1.98, 3.08, 6.72 in 10 draws; at s = 0.8 the medians of other draws were 5 to 16 % off"));
        claims.add(Claim.of(
                "ReLU with skip: largest distance of the median s_max or s_min from the reference",
                ends,
                atMost(0.08),
                "1.112 and .891 to 2.001 and .293 in 10 draws; the spread of the draws at s = 0.8 is about 0.04"));
        claims.add(Claim.of(
                "leaky: how many times smaller the median condition number is with skip, smallest of all s",
                gain,
                atLeast(30),
                "orders of magnitude: thousands without, below 10 with skip; the plain median of 3 draws varies"
                        + " by a factor of 3"));
        return claims;
    }

    private List<Claim> bounds() {
        return List.of(
                Claim.of(
                        "Weyl's bound holds in every draw, three activations, rho 0, 1/2, 1: largest excess of"
                                + " |s_i - rho| over |W|",
                        VectorMath.largest(layers, Layer::excess),
                        atMost(1e-12),
                        "a theorem; rounding"),
                Claim.of(
                        "the condition number is at most (rho + |W|)/(rho - |W|) in every draw: largest ratio",
                        VectorMath.largest(
                                layers.stream().filter(Layer::bounded).toList(),
                                layer -> layer.condition() / layer.bound()),
                        atMost(1),
                        "follows from Weyl's bound; the measured values are much smaller"),
                Claim.of(
                        "ReLU without skip: the rank is the number of active units: largest difference",
                        VectorMath.largest(of(Activation.RELU, 0), layer -> Math.abs(layer.rank() - layer.active)),
                        near(0, 0),
                        "the other rows of D W are zero, so the condition number is infinite"),
                Claim.of(
                        "leaky without skip: cond(D W) is at most cond(W)/0.1: largest ratio",
                        VectorMath.largest(
                                of(Activation.LEAKY, 0),
                                layer -> 0.1 * layer.condition() / Conditioning.condition(layer.plain)),
                        atMost(1 + 1e-9),
                        "s_max(D W) is at most s_max(W), and s_min(D W) at least 0.1 s_min(W)"),
                Claim.of(
                        "absolute value without skip: D does not change a singular value: largest change",
                        VectorMath.largest(of(Activation.ABS, 0), Layer::change),
                        atMost(1e-12),
                        "D is orthogonal"));
    }

    ResultTable table() {
        ResultTable table = ResultTable.of(
                "s",
                "norm of W",
                "leaky, plain",
                "leaky, skip",
                "ReLU, skip",
                "Weyl's bound",
                "s_max, ReLU, skip",
                "s_min, ReLU, skip");
        for (double s : SCALES) {
            double bound = median(s, Activation.RELU, 1, Layer::bound);
            table = table.row(
                    s,
                    median(s, Activation.RELU, 1, Layer::norm),
                    median(s, Activation.LEAKY, 0, Layer::condition),
                    median(s, Activation.LEAKY, 1, Layer::condition),
                    median(s, Activation.RELU, 1, Layer::condition),
                    Double.isFinite(bound) ? (Object) bound : "none",
                    median(s, Activation.RELU, 1, layer -> layer.values[0]),
                    median(s, Activation.RELU, 1, Layer::smallest));
        }
        return table;
    }

    /// Median condition numbers as a function of the scale of the weights.
    Panel conditions() {
        Trajectory plain = new Trajectory();
        Trajectory leaky = new Trajectory();
        Trajectory relu = new Trajectory();
        Trajectory weyl = new Trajectory();
        for (double s : SCALES) {
            plain.add(s, median(s, Activation.LEAKY, 0, Layer::condition));
            leaky.add(s, median(s, Activation.LEAKY, 1, Layer::condition));
            relu.add(s, median(s, Activation.RELU, 1, Layer::condition));
            weyl.add(s, median(s, Activation.RELU, 1, Layer::bound));
        }
        return Panel.of("Condition number of a layer", Axis.linear("scale s of W"), Axis.log("median condition number"))
                .with(
                        plain.line("leaky, plain", Color.VERMILION),
                        leaky.line("leaky, skip", Color.BLUE),
                        relu.line("ReLU, skip", Color.GREEN),
                        weyl.line("Weyl", Color.BLACK).dash());
    }

    /// Singular values of one layer, without and with a skip.
    Panel spectra() {
        return Panel.of(
                        "Singular values, s = 0.3",
                        Axis.linear("number of the singular value"),
                        Axis.log("singular value"))
                .with(
                        spectrum("ReLU, plain", Color.ORANGE, Activation.RELU, 0),
                        spectrum("leaky, plain", Color.VERMILION, Activation.LEAKY, 0),
                        spectrum("leaky, skip", Color.BLUE, Activation.LEAKY, 1),
                        spectrum("ReLU, skip", Color.GREEN, Activation.RELU, 1));
    }

    private Series spectrum(String label, Color color, Activation activation, double skip) {
        Layer first = of(activation, skip).stream()
                .filter(layer -> layer.scale == 0.3)
                .findFirst()
                .orElseThrow();
        Trajectory curve = new Trajectory();
        for (int i = 0; i < UNITS; i++) {
            curve.add(i + 1, first.values[i] > 1e-12 ? first.values[i] : Double.NaN);
        }
        return curve.line(label, color);
    }
}
