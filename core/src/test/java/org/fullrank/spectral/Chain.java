package org.fullrank.spectral;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Tensors;
import org.fullrank.spectral.Graph.Edge;

/// The reference problem: a chain of 12 samples with strong and weak edges, with 3 inputs each.
final class Chain {
    static final int SIZE = 12;
    static final double BETA = 0.8;
    static final int WIDTH = 4;
    static final double[][] TEST = {{.5, -.2, .3}, {-.4, .1, .9}, {0, 1, 0}};

    private Chain() {}

    static Graph graph() {
        List<Edge> edges = new ArrayList<>();
        for (int i = 0; i < SIZE; i += 2) {
            edges.add(new Edge(i, i + 1, 1));
            if (i + 2 < SIZE) {
                edges.add(new Edge(i, i + 2, .3));
            }
        }
        return Graph.of(SIZE, edges);
    }

    static double[][] inputs() {
        double[][] x = new double[SIZE][3];
        for (int i = 0; i < SIZE; i++) {
            for (int j = 0; j < 3; j++) {
                x[i][j] = Math.sin(1 + .7 * i + 1.3 * j + .1 * i * j);
            }
        }
        return x;
    }

    /// The inputs as a tensor of the caller's scope.
    static Tensor x() {
        return Tensors.of(inputs());
    }

    static Tensor test() {
        return Tensors.of(TEST);
    }

    static double[] row(Tensor matrix, int row) {
        return Tensors.doubles(matrix.select(0, row));
    }
}
