package org.fullrank.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetrievalTest {
    private static final RetrievalProtocol PROTOCOL = new RetrievalProtocol(List.of(1, 2, 4, 8), 3, 50, 5);

    @ParameterizedTest
    @CsvSource({"120, 7, 4, 0.6", "300, 13, 5, 0.9", "2500, 30, 4, 0.5", "40, 5, 12, 0.3"})
    void everyMeasureEqualsANaiveLoop(int rows, int width, int classes, double noise) {
        Features z = Samples.clouds(2, rows, width, classes, noise);
        Retrieval.Row row = Retrieval.Row.of("encoder", z, PROTOCOL);
        Naive naive = new Naive(z);
        assertThat(row.queries()).isEqualTo(naive.queries().length);
        row.recall().forEach((k, value) -> assertThat(value).isCloseTo(naive.recall(k), within(1e-6)));
        assertThat(row.rPrecision()).isCloseTo(naive.rPrecision(), within(1e-6));
        assertThat(row.mapAtR()).isCloseTo(naive.mapAtR(), within(1e-6));
    }

    @ParameterizedTest
    @CsvSource({"120, 7, 4, 0.6", "200, 3, 5, 1.5"})
    void clustersAndNmiEqualNaiveLoops(int rows, int width, int classes, double noise) {
        Features z = Samples.clouds(2, rows, width, classes, noise);
        Retrieval.Row row = Retrieval.Row.of("encoder", z, PROTOCOL);
        NaiveClusters best = IntStream.range(0, PROTOCOL.restarts())
                .mapToObj(i -> new NaiveClusters(z, classes, i))
                .min(Comparator.comparingDouble(c -> c.inertia))
                .orElseThrow();
        assertThat(row.inertia()).isCloseTo(best.inertia, within(1e-6 * best.inertia));
        assertThat(row.nmi()).isCloseTo(nmi(z.labels(), best.assigned, classes), within(1e-9));
    }

    @Test
    void nmiIsOneForEqualPartitionsAndZeroForIndependentOnes() {
        int[] a = {0, 0, 1, 1, 2, 2};
        assertThat(MutualInformation.normalized(a, 3, new int[] {2, 2, 0, 0, 1, 1}, 3))
                .isCloseTo(1, within(1e-12));
        assertThat(MutualInformation.normalized(new int[] {0, 0, 1, 1}, 2, new int[] {0, 1, 0, 1}, 2))
                .isCloseTo(0, within(1e-12));
        assertThat(MutualInformation.normalized(a, 3, new int[6], 1)).isZero();
    }

    @Test
    void anItemIsNeverItsOwnNeighbor() {
        // Each item is nearest to one of the other class.
        float[] values = {1, 0, 1, 0.01f, 0, 1, 0.01f, 1};
        Features z = new Features(values, 2, new int[] {0, 1, 0, 1}, List.of("a", "b"));
        Retrieval.Row row = Retrieval.Row.of("encoder", z, PROTOCOL);
        assertThat(row.recall().get(1)).isZero();
        assertThat(row.recall().get(4)).isEqualTo(1);
    }

    @Test
    void collapsedFeaturesRankByTheOrderOfItems() {
        float[] ones = new float[40];
        Arrays.fill(ones, 1);
        int[] classes = {0, 0, 0, 0, 0, 1, 1, 1, 1, 1};
        Features z = new Features(ones, 4, classes, List.of("a", "b"));
        Retrieval.Row row = Retrieval.Row.of("encoder", z, PROTOCOL);
        assertThat(row.recall().get(1)).isEqualTo(0.5); // everybody's nearest is the first item, or the second
        assertThat(row.nmi()).isZero();
    }

    @Test
    void anItemAloneInItsClassAsksNothing() {
        Features z = new Features(new float[] {1, 0, 1, 0.1f, 0, 1}, 2, new int[] {0, 0, 1}, List.of("pair", "alone"));
        assertThat(Retrieval.Row.of("encoder", z, PROTOCOL).queries()).isEqualTo(2);
        Features all = new Features(new float[] {1, 0, 0, 1}, 2, new int[] {0, 1}, List.of("a", "b"));
        assertThatThrownBy(() -> Retrieval.Row.of("encoder", all, PROTOCOL))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("each item alone in its class");
    }

    @Test
    void missingLabelsAndASingleClassAreRefused() {
        assertThatThrownBy(() -> Retrieval.Row.of("encoder", Features.unlabeled(new float[8], 2), PROTOCOL))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found no labels");
        Features one = new Features(new float[8], 2, new int[4], List.of("a", "b"));
        assertThatThrownBy(() -> Retrieval.Row.of("encoder", one, PROTOCOL))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("a single class in the asked split");
    }

    @Test
    void everySettingIsInTheHash() {
        var source = new EvaluatedData("abc", 10, "test split", 10, 2, EvaluatedData.Reading.defaults());
        String hash = PROTOCOL.describe(source).hash();
        assertThat(new RetrievalProtocol(List.of(1, 2), 3, 50, 5)
                        .describe(source)
                        .hash())
                .isNotEqualTo(hash);
        assertThat(new RetrievalProtocol(List.of(1, 2, 4, 8), 4, 50, 5)
                        .describe(source)
                        .hash())
                .isNotEqualTo(hash);
        assertThat(new RetrievalProtocol(List.of(1, 2, 4, 8), 3, 51, 5)
                        .describe(source)
                        .hash())
                .isNotEqualTo(hash);
        assertThat(new RetrievalProtocol(List.of(1, 2, 4, 8), 3, 50, 6)
                        .describe(source)
                        .hash())
                .isNotEqualTo(hash);
        assertThatThrownBy(() -> new RetrievalProtocol(List.of(2, 1), 3, 50, 5)).isInstanceOf(InputException.class);
    }

    @Test
    void textAndJsonCarryProtocolAndHash() {
        var source = new EvaluatedData("abc", 10, "test split", 120, 4, EvaluatedData.Reading.defaults());
        var asked = new LinkedHashMap<String, Features>();
        asked.put("encoder", Samples.clouds(2, 120, 7, 4, 0.6));
        Retrieval found = Retrieval.of(asked, source, PROTOCOL, List.of());
        assertThat(found.text())
                .contains("recall@8", "MAP@R", "protocol " + found.protocol().hash(), "itself left out", "seed 5");
        assertThat(found.toMap()).containsKeys("hash", "protocol", "results");
    }

    /// Ranks by sorting whole rows of cosines, in float64.
    private static final class Naive {
        private final Features z;
        private final int[] labels;
        private final Map<Integer, Integer> ofClass = new HashMap<>();
        private final Map<Integer, boolean[]> ranked = new HashMap<>();

        Naive(Features z) {
            this.z = z;
            labels = z.labels();
        }

        /// Number of the other items of the query's class.
        private int others(int query) {
            return ofClass.computeIfAbsent(labels[query], wanted ->
                            (int) Arrays.stream(labels).filter(c -> c == wanted).count())
                    - 1;
        }

        int[] queries() {
            return IntStream.range(0, z.rows()).filter(i -> others(i) > 0).toArray();
        }

        /// Whether the item at each rank is of the query's class.
        private boolean[] hits(int query) {
            return ranked.computeIfAbsent(query, this::rank);
        }

        private boolean[] rank(int query) {
            double[] similarities = IntStream.range(0, z.rows())
                    .mapToDouble(i -> cosine(query, i))
                    .toArray();
            int[] order = IntStream.range(0, z.rows())
                    .filter(i -> i != query)
                    .boxed()
                    .sorted(Comparator.comparingDouble(i -> -similarities[i]))
                    .mapToInt(Integer::intValue)
                    .toArray();
            boolean[] hits = new boolean[order.length];
            for (int i = 0; i < hits.length; i++) {
                hits[i] = labels[order[i]] == labels[query];
            }
            return hits;
        }

        private double cosine(int a, int b) {
            double product = 0;
            double first = 0;
            double second = 0;
            for (int j = 0; j < z.width(); j++) {
                double x = z.values()[a * z.width() + j];
                double y = z.values()[b * z.width() + j];
                product += x * y;
                first += x * x;
                second += y * y;
            }
            return product / Math.sqrt(first * second);
        }

        double recall(int k) {
            return Arrays.stream(queries())
                            .filter(q -> {
                                boolean[] hits = hits(q);
                                return IntStream.range(0, Math.min(k, hits.length))
                                        .anyMatch(i -> hits[i]);
                            })
                            .count()
                    / (double) queries().length;
        }

        double rPrecision() {
            return Arrays.stream(queries())
                    .mapToDouble(q -> precision(hits(q), others(q)))
                    .average()
                    .orElseThrow();
        }

        double mapAtR() {
            return Arrays.stream(queries())
                    .mapToDouble(q -> {
                        boolean[] hits = hits(q);
                        double sum = 0;
                        for (int i = 1; i <= others(q); i++) {
                            sum += hits[i - 1] ? precision(hits, i) : 0;
                        }
                        return sum / others(q);
                    })
                    .average()
                    .orElseThrow();
        }

        private static double precision(boolean[] hits, int first) {
            return IntStream.range(0, first).filter(i -> hits[i]).count() / (double) first;
        }
    }

    /// k-means by loops over rows, from the same draws.
    private static final class NaiveClusters {
        private final double[][] rows;
        private final double[][] centers;
        final int[] assigned;
        double inertia;

        NaiveClusters(Features z, int clusters, int restart) {
            rows = new double[z.rows()][z.width()];
            for (int i = 0; i < rows.length; i++) {
                double norm = 0;
                for (int j = 0; j < z.width(); j++) {
                    rows[i][j] = z.values()[i * z.width() + j];
                    norm += rows[i][j] * rows[i][j];
                }
                for (int j = 0; j < z.width(); j++) {
                    rows[i][j] /= Math.sqrt(norm);
                }
            }
            centers = new double[clusters][];
            Keyed random = Keyed.of(PROTOCOL.seed(), Keyed.name("probe.kmeans"), restart);
            for (int c = 0; c < clusters; c++) {
                centers[c] = rows[draw(c, random.nextDouble())].clone();
            }
            assigned = new int[rows.length];
            for (int i = 0; i < PROTOCOL.maxIterations(); i++) {
                assign(clusters);
                average();
            }
            assign(clusters);
        }

        private int draw(int known, double share) {
            double[] weights = new double[rows.length];
            for (int i = 0; i < rows.length; i++) {
                weights[i] = known == 0 ? 1 : Double.POSITIVE_INFINITY;
                for (int c = 0; c < known; c++) {
                    weights[i] = Math.min(weights[i], distance(rows[i], centers[c]));
                }
            }
            double sum = 0;
            for (int i = 0; i < rows.length; i++) {
                sum += weights[i];
                if (sum > share * Arrays.stream(weights).sum()) {
                    return i;
                }
            }
            return rows.length - 1;
        }

        private void assign(int clusters) {
            inertia = 0;
            for (int i = 0; i < rows.length; i++) {
                for (int c = 0; c < clusters; c++) {
                    if (distance(rows[i], centers[c]) < distance(rows[i], centers[assigned[i]])) {
                        assigned[i] = c;
                    }
                }
                inertia += distance(rows[i], centers[assigned[i]]);
            }
        }

        private void average() {
            for (int c = 0; c < centers.length; c++) {
                double[] sum = new double[centers[c].length];
                int count = 0;
                for (int i = 0; i < rows.length; i++) {
                    if (assigned[i] == c) {
                        count++;
                        for (int j = 0; j < sum.length; j++) {
                            sum[j] += rows[i][j];
                        }
                    }
                }
                for (int j = 0; j < sum.length && count > 0; j++) {
                    centers[c][j] = sum[j] / count;
                }
            }
        }

        private static double distance(double[] a, double[] b) {
            double sum = 0;
            for (int j = 0; j < a.length; j++) {
                sum += (a[j] - b[j]) * (a[j] - b[j]);
            }
            return sum;
        }
    }

    /// By entropies of the three partitions: I = H(A) + H(B) - H(A, B).
    private static double nmi(int[] a, int[] b, int count) {
        int[] pairs = IntStream.range(0, a.length).map(i -> a[i] * count + b[i]).toArray();
        double separate = entropy(a) + entropy(b);
        return 2 * (separate - entropy(pairs)) / separate;
    }

    private static double entropy(int[] values) {
        return Arrays.stream(values)
                .distinct()
                .mapToDouble(v -> Arrays.stream(values).filter(w -> w == v).count() / (double) values.length)
                .map(p -> -p * Math.log(p))
                .sum();
    }
}
