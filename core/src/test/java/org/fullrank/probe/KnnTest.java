package org.fullrank.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KnnTest {
    @ParameterizedTest
    @CsvSource({"1, 0.07", "5, 0.07", "20, 0.07", "20, 1000", "299, 0.5", "300, 0.1"})
    void answersEqualThoseOfANaiveLoop(int neighbors, double temperature) {
        Features bank = Samples.clouds(2, 300, 13, 4, 0.4);
        Features queries = Samples.clouds(3, 97, 13, 4, 0.4);
        var protocol = new KnnProtocol(neighbors, temperature);
        assertThat(Knn.predict(bank, queries, protocol)).isEqualTo(naive(bank, queries, protocol));
    }

    @Test
    void accuracyIsCorrectOverTotal() {
        Features bank = Samples.clouds(2, 300, 13, 4, 0.4);
        Features queries = Samples.clouds(3, 97, 13, 4, 0.4);
        int[] predicted = naive(bank, queries, KnnProtocol.defaults());
        int[] labels = queries.labels();
        long correct =
                IntStream.range(0, 97).filter(i -> predicted[i] == labels[i]).count();
        assertThat(Knn.evaluate(bank, queries, KnnProtocol.defaults())).isEqualTo(new Accuracy((int) correct, 97));
    }

    @Test
    void manyBlocksEqualOne() {
        Features bank = Samples.clouds(2, 20_000, 3, 4, 0.5);
        Features queries = Samples.clouds(3, 1_700, 3, 4, 0.5);
        Features last = Features.unlabeled(Arrays.copyOfRange(queries.values(), 4_800, 5_100), 3);
        int[] all = Knn.predict(bank, queries, KnnProtocol.defaults());
        assertThat(Knn.predict(bank, last, KnnProtocol.defaults())).isEqualTo(Arrays.copyOfRange(all, 1_600, 1_700));
    }

    @Test
    void lengthOfARowDoesNotMatter() {
        Features bank = Samples.clouds(2, 200, 5, 3, 0.5);
        Features queries = Samples.clouds(3, 50, 5, 3, 0.5);
        float[] longer = bank.values().clone();
        for (int i = 0; i < longer.length; i++) {
            longer[i] *= 1 << (i / 5 % 7);
        }
        assertThat(Knn.predict(bank.with(longer, 5), queries, KnnProtocol.defaults()))
                .isEqualTo(Knn.predict(bank, queries, KnnProtocol.defaults()));
    }

    @Test
    void collapsedFeaturesGiveTheEarliestRowsTheVote() {
        float[] ones = new float[400];
        Arrays.fill(ones, 1);
        int[] labels = new int[100];
        Arrays.fill(labels, 0, 7, 2);
        Arrays.fill(labels, 7, 12, 1);
        var bank = new Features(ones, 4, labels, Samples.names(3));
        assertThat(Knn.predict(bank, bank, new KnnProtocol(12, 0.07))).containsOnly(2);
        assertThat(Knn.predict(bank, bank, new KnnProtocol(20, 0.07))).containsOnly(0);
    }

    @Test
    void rowsOfZerosAreAnswered() {
        var zeros = new Features(new float[40], 4, new int[10], Samples.names(2));
        assertThat(Knn.predict(zeros, zeros, new KnnProtocol(3, 0.07))).containsOnly(0);
    }

    @Test
    void smallestTemperatureAsksTheNearestOnly() {
        Features bank = Samples.clouds(2, 300, 8, 4, 0.2);
        Features queries = Samples.clouds(3, 60, 8, 4, 0.2);
        assertThat(Knn.predict(bank, queries, new KnnProtocol(50, 1e-6)))
                .isEqualTo(Knn.predict(bank, queries, new KnnProtocol(1, 1)));
    }

    @Test
    void moreNeighborsThanRowsAreRefused() {
        Features bank = Samples.clouds(2, 19, 5, 3, 1);
        assertThatThrownBy(() -> Knn.evaluate(bank, bank, KnnProtocol.defaults()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("20 neighbors for a bank of 19 rows");
    }

    @Test
    void featuresOfAnotherWidthAreRefused() {
        Features bank = Samples.clouds(2, 30, 5, 3, 1);
        Features queries = Samples.clouds(2, 30, 6, 3, 1);
        assertThatThrownBy(() -> Knn.evaluate(bank, queries, KnnProtocol.defaults()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("6 wide");
    }

    @ParameterizedTest
    @CsvSource({"0, 0.07", "-1, 0.07", "5, 0", "5, NaN", "5, Infinity"})
    void impossibleProtocolsAreRefused(int neighbors, double temperature) {
        assertThatThrownBy(() -> new KnnProtocol(neighbors, temperature)).isInstanceOf(InputException.class);
    }

    /// Every similarity in float64, a full sort, votes by the formula.
    private static int[] naive(Features bank, Features queries, KnnProtocol protocol) {
        int[] predicted = new int[queries.rows()];
        for (int q = 0; q < predicted.length; q++) {
            double[] similarity = new double[bank.rows()];
            for (int i = 0; i < similarity.length; i++) {
                similarity[i] = cosine(bank, i, queries, q);
            }
            double[] votes = new double[bank.names().size()];
            IntStream.range(0, similarity.length)
                    .boxed()
                    .sorted(Comparator.comparingDouble(i -> -similarity[i]))
                    .limit(protocol.neighbors())
                    .forEach(i -> votes[bank.labels()[i]] += Math.exp((similarity[i] - 1) / protocol.temperature()));
            for (int c = 1; c < votes.length; c++) {
                predicted[q] = votes[c] > votes[predicted[q]] ? c : predicted[q];
            }
        }
        return predicted;
    }

    private static double cosine(Features a, int i, Features b, int j) {
        double product = 0;
        double lengthA = 0;
        double lengthB = 0;
        for (int d = 0; d < a.width(); d++) {
            double x = a.values()[i * a.width() + d];
            double y = b.values()[j * a.width() + d];
            product += x * y;
            lengthA += x * x;
            lengthB += y * y;
        }
        return product / Math.sqrt(lengthA * lengthB);
    }

    @Test
    void aBankOfFewRowsHasFewerNeighbors() {
        assertThat(KnnProtocol.defaults().within(15).neighbors()).isEqualTo(15);
        assertThat(KnnProtocol.defaults().within(20)).isEqualTo(KnnProtocol.defaults());
        assertThat(KnnProtocol.defaults().within(5000)).isEqualTo(KnnProtocol.defaults());
    }
}
