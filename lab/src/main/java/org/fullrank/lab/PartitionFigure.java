package org.fullrank.lab;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.fullrank.lab.BnPartition.Scene;
import org.fullrank.lab.NormNet.Layer;
import org.fullrank.lab.Series.Color;

/// Pictures of the partition, and the numbers of regions for several widths.
final class PartitionFigure {
    /// Number of units. It is small enough to follow a single line in the picture.
    private static final int DRAWN = 12;

    private static final int[] WIDTHS = {2, 4, 8, 16, 32};
    private final BnPartition experiment;
    private final Setting setting;
    private final List<Counts> counts = new ArrayList<>();

    /// Number of regions in the box of the data, for one layer and for two layers.
    private record Counts(int units, int[] none, int[] biases, int[] normalized) {}

    PartitionFigure(BnPartition experiment, Setting setting) {
        this.experiment = experiment;
        this.setting = setting;
        for (int units : WIDTHS) {
            Scene scene = experiment.scene(setting, units);
            List<double[]> grid = scene.grid(setting.size(100, 200));
            counts.add(new Counts(
                    units,
                    regions(scene.none(), grid),
                    regions(biased(scene.none()), grid),
                    regions(scene.normalized(), grid)));
        }
    }

    private static int[] regions(NormNet net, List<double[]> grid) {
        return new int[] {net.first(1).regions(grid), net.regions(grid)};
    }

    private NormNet biased(NormNet net) {
        RandomGenerator random = setting.random("bn-partition biases");
        List<Layer> layers = new ArrayList<>();
        for (Layer layer : net.layers()) {
            double limit = 1 / Math.sqrt(layer.w()[0].length);
            double[] offset = new double[layer.w().length];
            Arrays.setAll(offset, _ -> limit * (2 * random.nextDouble() - 1));
            layers.add(new Layer(layer.w(), offset, layer.scale()));
        }
        return new NormNet(layers, net.activation());
    }

    ResultTable table() {
        ResultTable table = ResultTable.of(
                "units of a layer",
                "none, 1 layer",
                "random biases",
                "normalized",
                "none, 2 layers",
                "random biases",
                "normalized");
        for (Counts c : counts) {
            table = table.row(
                    c.units, c.none[0], c.biases[0], c.normalized[0], c.none[1], c.biases[1], c.normalized[1]);
        }
        return table;
    }

    Figure figure() {
        Scene scene = experiment.scene(setting, DRAWN);
        double[] from = {-1, -1};
        double[] to = {9, 8};
        return Figure.of(
                "The upper row shows the data (gray) and the boundaries of 12 units of the first layer"
                        + " (blue), without and with normalization. Its last panel shows the boundaries of the"
                        + " second layer (vermilion). The lower row shows the second layer without normalization,"
                        + " the squared distance of the data to three lines for each offset, and the number of"
                        + " regions in the box of the data (dashed: two layers).",
                3,
                partition("No batch norm, layer 1", scene.points(), from, to, scene.none(), 1),
                partition("Batch norm, layer 1", scene.points(), from, to, scene.normalized(), 1),
                partition(
                        "Batch norm, layers 1 and 2", scene.points(), scene.low(), scene.high(), scene.normalized(), 2),
                partition("No batch norm, layers 1 and 2", scene.points(), scene.low(), scene.high(), scene.none(), 2),
                offsets(scene),
                widths());
    }

    private static Panel partition(
            String title, double[][] points, double[] from, double[] to, NormNet net, int layers) {
        List<Series> series = new ArrayList<>();
        double[] x = Arrays.stream(points).mapToDouble(p -> p[0]).toArray();
        double[] y = Arrays.stream(points).mapToDouble(p -> p[1]).toArray();
        series.add(new Series.Dots("", Color.GRAY, 1.5, true, x, y));
        Contours contours = new Contours(from, to, 120);
        for (int l = layers; l >= 1; l--) {
            Color color = l == 1 ? Color.BLUE : Color.VERMILION;
            contours.zeros(net.first(l)::preactivations).forEach(curve -> series.add(curve.line("", color)));
        }
        return Panel.of(
                        title,
                        Axis.linear("first coordinate").between(from[0], to[0]),
                        Axis.linear("second coordinate").between(from[1], to[1]))
                .with(series.toArray(Series[]::new));
    }

    /// The mean squared distance of the data to a line, as a function of its offset, for each of three
    /// directions.
    private static Panel offsets(Scene scene) {
        Layer layer = scene.normalized().layers().getFirst();
        Panel panel = Panel.of(
                "Least-squares offset",
                Axis.linear("distance of the line from the mean of the data"),
                Axis.linear("mean squared distance of the data"));
        for (int k = 0; k < 3; k++) {
            double[] w = layer.w()[k];
            double mu = layer.offset()[k];
            double none = -mu / VectorMath.norm(w);
            panel = panel.with(
                    Series.graph(
                            "",
                            Color.GRAY,
                            -7,
                            7,
                            d -> BnPartition.squares(scene.points(), w, mu + d * VectorMath.norm(w))),
                    Series.dot(
                            k == 0 ? "batch norm" : "",
                            Color.BLUE,
                            true,
                            0,
                            BnPartition.squares(scene.points(), w, mu)),
                    Series.dot(
                            k == 0 ? "no batch norm" : "",
                            Color.VERMILION,
                            true,
                            none,
                            BnPartition.squares(scene.points(), w, 0)));
        }
        return panel;
    }

    private Panel widths() {
        Trajectory[] curves = new Trajectory[6];
        Arrays.setAll(curves, _ -> new Trajectory());
        for (Counts c : counts) {
            for (int l = 0; l < 2; l++) {
                curves[l].add(c.units, c.none[l]);
                curves[2 + l].add(c.units, c.biases[l]);
                curves[4 + l].add(c.units, c.normalized[l]);
            }
        }
        return Panel.of("Regions in the box", Axis.log("units of a layer"), Axis.log("regions"))
                .with(
                        curves[4].line("batch norm, one layer", Color.BLUE),
                        curves[5].line("two layers", Color.BLUE).dash(),
                        curves[2].line("random biases, one layer", Color.GREEN),
                        curves[3].line("two layers", Color.GREEN).dash(),
                        curves[0].line("none, one layer", Color.VERMILION),
                        curves[1].line("two layers", Color.VERMILION).dash());
    }
}
