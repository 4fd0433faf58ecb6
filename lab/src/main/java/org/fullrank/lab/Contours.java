package org.fullrank.lab;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/// The curves on which functions of the plane are zero, found on a grid of points.
///
/// @param from lower left corner of the box
/// @param to upper right corner
/// @param cells number of cells of the grid along each axis
record Contours(double[] from, double[] to, int cells) {
    /// The curves of each component of a function. NaN separates two curves.
    List<Trajectory> zeros(UnaryOperator<double[]> function) {
        double[][][] values = new double[cells + 1][cells + 1][];
        for (int i = 0; i <= cells; i++) {
            for (int j = 0; j <= cells; j++) {
                values[i][j] = function.apply(new double[] {x(0, i), x(1, j)});
            }
        }
        return IntStream.range(0, values[0][0].length)
                .mapToObj(component -> zeros(values, component))
                .toList();
    }

    private Trajectory zeros(double[][][] values, int component) {
        Map<Integer, double[]> points = new HashMap<>();
        SequencedMap<Integer, List<Integer>> neighbors = new LinkedHashMap<>();
        for (int i = 0; i < cells; i++) {
            for (int j = 0; j < cells; j++) {
                cell(values, component, i, j, points, neighbors);
            }
        }
        return joined(points, neighbors);
    }

    private double x(int axis, double index) {
        return from[axis] + (to[axis] - from[axis]) * index / cells;
    }

    /// Joins the crossings of the edges of a cell in pairs, around the cell.
    private void cell(
            double[][][] values,
            int component,
            int i,
            int j,
            Map<Integer, double[]> points,
            Map<Integer, List<Integer>> neighbors) {
        int[][] corners = {{i, j}, {i + 1, j}, {i + 1, j + 1}, {i, j + 1}};
        List<Integer> found = new ArrayList<>();
        for (int side = 0; side < 4; side++) {
            int[] a = corners[side];
            int[] b = corners[(side + 1) % 4];
            double u = values[a[0]][a[1]][component];
            double v = values[b[0]][b[1]][component];
            if (u > 0 != v > 0) {
                double share = u / (u - v);
                int edge = edge(a, b);
                points.put(edge, new double[] {x(0, a[0] + share * (b[0] - a[0])), x(1, a[1] + share * (b[1] - a[1]))});
                found.add(edge);
            }
        }
        for (int k = 0; k + 1 < found.size(); k += 2) {
            neighbors.computeIfAbsent(found.get(k), _ -> new ArrayList<>()).add(found.get(k + 1));
            neighbors.computeIfAbsent(found.get(k + 1), _ -> new ArrayList<>()).add(found.get(k));
        }
    }

    /// A number that identifies the edge between two neighboring points of the grid.
    private int edge(int[] a, int[] b) {
        int corner = Math.min(a[0], b[0]) * (cells + 1) + Math.min(a[1], b[1]);
        return 2 * corner + (a[0] == b[0] ? 1 : 0);
    }

    /// Walks from each crossing in both directions.
    private static Trajectory joined(Map<Integer, double[]> points, SequencedMap<Integer, List<Integer>> neighbors) {
        Trajectory curves = new Trajectory();
        while (!neighbors.isEmpty()) {
            Deque<Integer> curve = new ArrayDeque<>();
            int start = neighbors.firstEntry().getKey();
            List<Integer> ends = Objects.requireNonNull(neighbors.remove(start));
            curve.add(start);
            for (int end = 0; end < ends.size(); end++) {
                Integer next = ends.get(end);
                while (next != null && neighbors.containsKey(next)) {
                    if (end == 0) {
                        curve.addLast(next);
                    } else {
                        curve.addFirst(next);
                    }
                    next = Objects.requireNonNull(neighbors.remove(next)).stream()
                            .filter(neighbors::containsKey)
                            .findFirst()
                            .orElse(null);
                }
            }
            for (int edge : curve) {
                double[] point = Objects.requireNonNull(points.get(edge));
                curves.add(point[0], point[1]);
            }
            curves.add(Double.NaN, Double.NaN);
        }
        return curves;
    }
}
