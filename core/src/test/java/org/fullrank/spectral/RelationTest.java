package org.fullrank.spectral;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.spectral.Graph.Edge;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RelationTest {
    private final Scope scope = Scope.open();

    @TempDir
    private Path folder;

    @AfterEach
    void free() {
        scope.close();
    }

    @Test
    void anEdgeHasNoDirectionAndMayStandTwice() throws IOException {
        Graph graph = read("0,1,2\n1,0,2\n1,2,1\n", 0);
        assertThat(dense(graph)).containsExactly(0, 2, 0, 2, 0, 1, 0, 1, 0);
        assertThat(graph.degrees()).containsExactly(2, 3, 1);
        assertThat(graph.squaredNorm()).isEqualTo(10);
    }

    @Test
    void weightsAreOneWithoutAThirdColumn() throws IOException {
        assertThat(dense(read("from,to\n0,1\n", 0))).containsExactly(0, 1, 1, 0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0,1;1,5 | edge 1,5: found index 5, expected 0 to 2",
                "0,1;-1,2 | edge -1,2: found index -1, expected 0 to 2",
                "0,1,1;1,2,-1 | line 2: edge 1,2: found weight -1.0, expected a positive",
                "0,1,1;1,2,nan | line 2: edge 1,2: found weight NaN, expected a positive",
                "0,1;2,2 | line 2: edge 2,2: found a self-loop",
                "0,1,1;0,1,2 | edge 0,1: found weights 1.0 and 2.0, expected one weight",
                "0,1,1;1,0,2 | edge 0,1: found weights 1.0 and 2.0, expected one weight in both directions",
                "0,1;1,1.5 | line 2: found \"1.5\", expected a whole number",
                "0;1 | found 1 columns, expected i,j or i,j,weight"
            })
    void anEdgeThatCannotBeIsRefused(String lines, String message) {
        assertThatThrownBy(() -> read(lines.replace(';', '\n') + "\n", 3))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(e).message().doesNotContain("\n"));
    }

    @Test
    void separateComponentsAndSamplesWithoutEdgesAreNamed() {
        Graph graph = Graph.of(5, List.of(new Edge(0, 1, 1), new Edge(2, 3, 1)));
        assertThat(graph.components()).isEqualTo(3);
        assertThat(graph.warnings()).hasSize(2);
        assertThat(graph.warnings().get(0)).startsWith("1 sample has no related sample");
        assertThat(graph.warnings().get(1)).startsWith("the graph has 3 components");
        assertThat(Chain.graph().warnings()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 1000})
    void groupsAreTheGraphOfAllPairsWithinThem(int limit) {
        int[] labels = {2, 0, 2, 1, 0, 2, 5};
        List<Edge> edges = new ArrayList<>();
        for (int i = 0; i < labels.length; i++) {
            for (int j = 0; j < i; j++) {
                if (labels[i] == labels[j]) {
                    edges.add(new Edge(i, j, 1));
                }
            }
        }
        Graph graph = Graph.of(labels.length, edges);
        Groups groups = Groups.ofLabels(labels);
        assertThat(dense(groups)).containsExactly(dense(graph));
        assertThat(groups.degrees()).containsExactly(graph.degrees());
        assertThat(groups.squaredNorm()).isEqualTo(graph.squaredNorm());
        Tensor features = random(labels.length, 3);
        double[] direct = Tensors.doubles(features.t().matmul(graph.times(features)));
        assertThat(form(groups, features, limit)).containsExactly(direct, within(1e-12));
        assertThat(form(graph, features, limit)).containsExactly(direct, within(1e-12));
    }

    @Test
    void identifiersAreNotTakenForNumbersOfSamples() {
        assertThatThrownBy(() -> read("0,1\n1,2147483647\n", 0))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found index 2147483647, expected at most 9999999; number the samples from 0");
        assertThatThrownBy(() -> read("0,1\n1,99999999999\n", 0))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("line 2: found \"99999999999\", expected a whole number from 0");
    }

    @Test
    void viewsOfOneItemAreRelated() {
        assertThat(dense(Groups.ofViews(2, 2))).containsExactly(0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0);
        assertThatThrownBy(() -> Groups.ofViews(3, 1)).hasMessageContaining("expected at least 1 item with 2 views");
    }

    @Test
    void neighborsAreThoseOfAllDistances() {
        int size = 40;
        double[] x = Tensors.doubles(random(size, 2));
        Graph graph = NearestNeighbors.graph(SampleRows.of(Tensors.of(x, size, 2)), 3);
        double[] found = dense(graph);
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                boolean related = i != j && (nearer(x, i, j, size) < 3 || nearer(x, j, i, size) < 3);
                assertThat(found[i * size + j]).isEqualTo(related ? 1 : 0);
            }
        }
        assertThatThrownBy(() -> NearestNeighbors.graph(SampleRows.of(random(4, 2)), 4))
                .hasMessageContaining("found 4, expected 1 to 3 for 4 samples");
    }

    /// How many samples are nearer to i than j is.
    private static long nearer(double[] x, int i, int j, int size) {
        long count = 0;
        for (int k = 0; k < size; k++) {
            count += k != i && distance(x, i, k) < distance(x, i, j) ? 1 : 0;
        }
        return count;
    }

    private static double distance(double[] x, int i, int j) {
        return Math.hypot(x[2 * i] - x[2 * j], x[2 * i + 1] - x[2 * j + 1]);
    }

    private static double[] form(Relation relation, Tensor features, int limit) {
        Relation.Form form = relation.form(Math.toIntExact(features.size(1)));
        for (Relation.Part part : relation.parts(limit)) {
            form.add(part, features.index_select(0, Tensors.of(part.rows())));
        }
        return Tensors.doubles(form.sum(features.t().matmul(features)));
    }

    static Tensor random(int rows, int columns) {
        Keyed random = Keyed.of(3, Keyed.name("relation"));
        double[] values = new double[rows * columns];
        Arrays.setAll(values, i -> random.nextGaussian());
        return Tensors.of(values, rows, columns);
    }

    private static double[] dense(Relation relation) {
        return Tensors.doubles(
                relation.times(torch.eye(relation.size(), random(1, 1).options())));
    }

    private Graph read(String text, int size) throws IOException {
        return EdgeFile.read(Files.writeString(folder.resolve("edges.csv"), text), size);
    }
}
