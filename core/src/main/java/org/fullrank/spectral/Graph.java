package org.fullrank.spectral;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// A sparse graph of weighted edges, stored by rows.
public final class Graph implements Relation {
    private final int[] starts; // [N + 1]: the edges of sample i are those from starts[i] to starts[i + 1]
    private final int[] neighbors; // ascending within a row
    private final double[] weights;

    /// An edge between two samples.
    ///
    /// @param weight above 0 and finite
    /// @throws InputException when a sample is related to itself, or when the weight is not positive
    public record Edge(int from, int to, double weight) {
        public Edge {
            InputException.when(
                    from == to, "edge %d,%d: found a self-loop, expected two samples; leave it out", from, to);
            InputException.unless(
                    weight > 0 && weight < Double.POSITIVE_INFINITY,
                    "edge %d,%d: found weight %s, expected a positive finite number; leave the edge out or correct it",
                    from,
                    to,
                    weight);
        }

        private Edge reversed() {
            return new Edge(to, from, weight);
        }
    }

    private Graph(int[] starts, int[] neighbors, double[] weights) {
        this.starts = starts;
        this.neighbors = neighbors;
        this.weights = weights;
    }

    /// The undirected graph of `size` samples with these edges. An edge may occur in both directions if both
    /// weights are equal.
    ///
    /// @throws InputException when an index is out of range, when an edge occurs twice with different
    ///     weights, or when there are no edges
    public static Graph of(int size, List<Edge> edges) {
        InputException.when(edges.isEmpty(), "edges: found none, expected at least one; relate some samples");
        List<Edge> both = new ArrayList<>(2 * edges.size());
        for (Edge edge : edges) {
            int wrong = edge.from < 0 || edge.from >= size ? edge.from : edge.to;
            InputException.unless(
                    wrong >= 0 && wrong < size,
                    "edge %d,%d: found index %d, expected 0 to %d for %d samples; correct the edge",
                    edge.from,
                    edge.to,
                    wrong,
                    size - 1,
                    size);
            both.add(edge);
            both.add(edge.reversed());
        }
        both.sort((a, b) -> a.from != b.from ? Integer.compare(a.from, b.from) : Integer.compare(a.to, b.to));
        return ofSorted(size, both);
    }

    private static Graph ofSorted(int size, List<Edge> both) {
        int[] starts = new int[size + 1];
        int[] neighbors = new int[both.size()];
        double[] weights = new double[both.size()];
        int count = 0;
        int row = -1;
        for (Edge edge : both) {
            boolean again = edge.from == row && neighbors[count - 1] == edge.to;
            InputException.when(
                    again && weights[Math.max(0, count - 1)] != edge.weight,
                    "edge %d,%d: found weights %s and %s, expected one weight in both directions; correct one",
                    Math.min(edge.from, edge.to),
                    Math.max(edge.from, edge.to),
                    weights[Math.max(0, count - 1)],
                    edge.weight);
            if (!again) {
                neighbors[count] = edge.to;
                weights[count++] = edge.weight;
                starts[edge.from + 1] = count;
            }
            row = edge.from;
        }
        for (int i = 1; i <= size; i++) {
            starts[i] = Math.max(starts[i], starts[i - 1]); // a sample without edges
        }
        return new Graph(starts, Arrays.copyOf(neighbors, count), Arrays.copyOf(weights, count));
    }

    @Override
    public int size() {
        return starts.length - 1;
    }

    @Override
    public double[] degrees() {
        return IntStream.range(0, size())
                .mapToDouble(
                        i -> Arrays.stream(weights, starts[i], starts[i + 1]).sum())
                .toArray();
    }

    @Override
    public double squaredNorm() {
        return Arrays.stream(weights).map(w -> w * w).sum();
    }

    @Override
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>(isolated(IntStream.range(0, size())
                .filter(i -> starts[i] == starts[i + 1])
                .count()));
        int components = components();
        if (components > 1) {
            warnings.add("the graph has %d components: without a kernel, the first dimensions only tell them apart"
                    .formatted(components));
        }
        return List.copyOf(warnings);
    }

    /// A warning that says what happens to samples without a related sample.
    static List<String> isolated(long count) {
        return count == 0
                ? List.of()
                : List.of(("%d %s no related sample: without a kernel, each one takes a dimension of its own or has no"
                                + " place")
                        .formatted(count, count == 1 ? "sample has" : "samples have"));
    }

    /// Number of connected components.
    public int components() {
        boolean[] seen = new boolean[size()];
        int[] queue = new int[size()];
        int components = 0;
        for (int first = 0; first < size(); first++) {
            if (seen[first]) {
                continue;
            }
            components++;
            int end = 1;
            queue[0] = first;
            seen[first] = true;
            for (int at = 0; at < end; at++) {
                for (int e = starts[queue[at]]; e < starts[queue[at] + 1]; e++) {
                    if (!seen[neighbors[e]]) {
                        seen[neighbors[e]] = true;
                        queue[end++] = neighbors[e];
                    }
                }
            }
        }
        return components;
    }

    @Override
    public Tensor times(Tensor x) {
        return times(0, size(), IntStream.range(0, size()).toArray(), x);
    }

    /// The products of the rows `[first, last)` of `G` with `x`, `[last - first, b]`.
    ///
    /// @param place for each sample its row in `x`
    private Tensor times(int first, int last, int[] place, Tensor x) {
        int width = Math.toIntExact(x.size(1));
        double[] values = Tensors.doubles(x);
        double[] products = new double[Math.multiplyExact(last - first, width)];
        IntStream.range(first, last).parallel().forEach(i -> {
            for (int e = starts[i]; e < starts[i + 1]; e++) {
                add(weights[e], values, place[neighbors[e]] * width, products, (i - first) * width, width);
            }
        });
        return Tensors.of(products, last - first, width);
    }

    private static void add(double weight, double[] from, int at, double[] to, int into, int count) {
        for (int k = 0; k < count; k++) {
            to[into + k] += weight * from[at + k];
        }
    }

    /// Consecutive samples in parts. Each part also lists the neighbors of its samples.
    @Override
    public Iterable<Part> parts(int limit) {
        return () -> new Iterator<>() {
            private final int[] part = new int[size()]; // number of the part that a sample was added to last
            private int number;
            private int next;

            @Override
            public boolean hasNext() {
                return next < size();
            }

            @Override
            public Part next() {
                int first = next;
                number++;
                int needed = 0;
                while (next < size() && (next == first || needed < limit)) {
                    needed += mark(next);
                    for (int e = starts[next]; e < starts[next + 1]; e++) {
                        needed += mark(neighbors[e]);
                    }
                    next++;
                }
                int last = next;
                IntStream others =
                        IntStream.range(0, size()).filter(i -> part[i] == number && (i < first || i >= last));
                return new Part(
                        IntStream.concat(IntStream.range(first, last), others).toArray(), last - first);
            }

            private int mark(int sample) {
                boolean fresh = part[sample] != number;
                part[sample] = number;
                return fresh ? 1 : 0;
            }
        };
    }

    @Override
    public Form form(int width) {
        Tensor sum = Tensors.zeros(Device.CPU, ScalarType.Double, width, width);
        return new Form() {
            @Override
            public void add(Part part, Tensor features) {
                try (var scope = Scope.open()) {
                    int first = part.rows()[0];
                    int[] place = new int[size()];
                    for (int i = 0; i < part.rows().length; i++) {
                        place[part.rows()[i]] = i;
                    }
                    Tensor related = times(first, first + part.own(), place, features); // [own, m]
                    sum.add_(features.narrow(0, 0, part.own()).t().matmul(related));
                }
            }

            @Override
            public Tensor sum(Tensor second) {
                return sum.clone();
            }
        };
    }
}
