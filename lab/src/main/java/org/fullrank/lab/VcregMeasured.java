package org.fullrank.lab;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.independence.Bandwidth;
import org.fullrank.independence.Columns;
import org.fullrank.independence.Estimator;
import org.fullrank.independence.GaussianKernel;
import org.fullrank.independence.Hsic;
import org.fullrank.independence.PermutationTest;
import org.fullrank.lab.VcregTraining.Arm;

/// How dependent the dimensions are at both ends of a projector, averaged over the trainings of an objective.
///
/// @param input of the representation, which is the input of the projector
/// @param output of what the loss sees, which is the output of the projector
/// @param start mean squared correlation at the output of the same projector behind the untrained encoder
record VcregMeasured(Arm arm, Dependence input, Dependence output, double start) {
    static VcregMeasured mean(List<VcregMeasured> draws) {
        return new VcregMeasured(
                draws.getFirst().arm,
                Dependence.mean(draws.stream().map(VcregMeasured::input).toList()),
                Dependence.mean(draws.stream().map(VcregMeasured::output).toList()),
                draws.stream().mapToDouble(VcregMeasured::start).average().orElseThrow());
    }

    /// The dependence of the columns of a matrix.
    ///
    /// @param squaredCorrelation mean squared correlation of two columns
    /// @param hsic pairwise criterion of at most [#COLUMNS] columns
    /// @param shuffled mean criterion of these columns when they are shuffled
    record Dependence(double squaredCorrelation, double hsic, double shuffled) {
        /// As many as the representation has. Of more, every k-th is taken.
        static final int COLUMNS = VcregTraining.SOURCES;

        private static final int SHUFFLES = 9;

        /// A column with a smaller deviation counts as constant, such as a ReLU that is never on.
        private static final double CONSTANT = 1e-9;

        static Dependence of(SimpleMatrix rows) {
            SimpleMatrix varying = varying(rows);
            int width = varying.getNumCols();
            int count = Math.min(COLUMNS, width);
            Columns some = columns(chosen(varying, IntStream.range(0, count).map(i -> i * width / count)));
            var hsic = new Hsic(new GaussianKernel(bandwidths(some)), Estimator.BIASED);
            PermutationTest test = PermutationTest.of(some, hsic, new PermutationTest.Shuffles(SHUFFLES, 0));
            return new Dependence(squaredCorrelation(rows), test.found().criterion(), test.nullMean());
        }

        /// The median distance of each column, or its deviation where most values are equal, as those of a ReLU
        /// that is rarely on.
        private static double[] bandwidths(Columns columns) {
            return Arrays.stream(columns.values())
                    .mapToDouble(column -> {
                        double median = Bandwidth.median(column);
                        return median > 0 ? median : VectorMath.deviation(column);
                    })
                    .toArray();
        }

        static Dependence mean(List<Dependence> draws) {
            return new Dependence(
                    mean(draws, Dependence::squaredCorrelation),
                    mean(draws, Dependence::hsic),
                    mean(draws, Dependence::shuffled));
        }

        private static double mean(List<Dependence> draws, ToDoubleFunction<Dependence> value) {
            return draws.stream().mapToDouble(value).average().orElseThrow();
        }

        double excess() {
            return hsic - shuffled;
        }

        private static SimpleMatrix varying(SimpleMatrix rows) {
            return chosen(
                    rows,
                    IntStream.range(0, rows.getNumCols())
                            .filter(j -> VectorMath.deviation(
                                            rows.getColumn(j).getDDRM().getData())
                                    > CONSTANT));
        }

        private static SimpleMatrix chosen(SimpleMatrix rows, IntStream columns) {
            return columns.mapToObj(rows::getColumn)
                    .reduce(SimpleMatrix::concatColumns)
                    .orElseThrow();
        }

        static Columns columns(SimpleMatrix z) {
            double[][] values = new double[z.getNumCols()][];
            Arrays.setAll(values, j -> z.getColumn(j).getDDRM().getData());
            return new Columns("representation", values);
        }

        static double squaredCorrelation(SimpleMatrix rows) {
            SimpleMatrix y = PairLoss.centered(varying(rows));
            SimpleMatrix c = y.transpose().mult(y);
            double sum = 0;
            int width = y.getNumCols();
            for (int i = 0; i < width; i++) {
                for (int j = 0; j < i; j++) {
                    sum += c.get(i, j) * c.get(i, j) / (c.get(i, i) * c.get(j, j));
                }
            }
            return sum / (width * (width - 1) / 2.0);
        }
    }
}
