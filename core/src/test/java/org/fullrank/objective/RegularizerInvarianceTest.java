package org.fullrank.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.Stream;
import org.fullrank.objective.MeanSingularValue.Form;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What each regularizer does not see of an embedding, and what it does see.
class RegularizerInvarianceTest {
    private static final int ROWS = 7;
    private static final int COLUMNS = 4;

    /// A change of the embedding.
    enum Change {
        /// Dimensions in another order.
        PERMUTATION,
        /// A turn in the plane of the first two dimensions.
        ROTATION,
        /// The same vector added to each row.
        OFFSET,
        /// All entries times 1.7.
        SCALE;

        double[] apply(double[] z) {
            double[] changed = z.clone();
            for (int at = 0; at < z.length; at += COLUMNS) {
                for (int j = 0; j < COLUMNS; j++) {
                    double x = z[at];
                    double y = z[at + 1];
                    changed[at + j] = switch (this) {
                        case PERMUTATION -> z[at + (j + 1) % COLUMNS];
                        case ROTATION -> j == 0 ? 0.8 * x - 0.6 * y : j == 1 ? 0.6 * x + 0.8 * y : z[at + j];
                        case OFFSET -> z[at + j] + 0.5 + j;
                        case SCALE -> 1.7 * z[at + j];
                    };
                }
            }
            return changed;
        }
    }

    /// @param blindTo changes that leave the value as it is
    record Property(Regularizer regularizer, List<Change> blindTo) {}

    static Stream<Property> properties() {
        return Stream.of(
                new Property(VarianceHinge.defaults(), List.of(Change.PERMUTATION, Change.OFFSET)),
                new Property(new Covariance(), List.of(Change.PERMUTATION, Change.OFFSET)),
                new Property(LogVariance.defaults(), List.of(Change.PERMUTATION, Change.OFFSET)),
                new Property(new Decorrelation(), List.of(Change.PERMUTATION, Change.OFFSET)),
                new Property(new MeanSingularValue(Form.PLAIN), List.of(Change.PERMUTATION, Change.ROTATION)),
                new Property(
                        new MeanSingularValue(Form.BOUNDED),
                        List.of(Change.PERMUTATION, Change.ROTATION, Change.SCALE)),
                new Property(LogDetEntropy.defaults(), List.of(Change.PERMUTATION, Change.ROTATION, Change.OFFSET)),
                new Property(
                        HypersphereUniformity.defaults(), List.of(Change.PERMUTATION, Change.ROTATION, Change.SCALE)),
                // Blind to a turn in the mean over all directions, not for the few of one draw.
                new Property(SlicedGaussianity.defaults(), List.of()));
    }

    @ParameterizedTest
    @MethodSource("properties")
    void theValueChangesWithAllButWhatItIsBlindTo(Property property) {
        var c = new RegularizerCase(property.regularizer(), ROWS, COLUMNS, 0.4);
        double[] z = c.embedding(6);
        double before = c.value(z);
        for (Change change : Change.values()) {
            double after = c.value(change.apply(z));
            if (property.blindTo().contains(change)) {
                assertThat(after).as(change.name()).isCloseTo(before, within(1e-11 * Math.abs(before)));
            } else {
                assertThat(Math.abs(after - before)).as(change.name()).isGreaterThan(1e-3 * Math.abs(before));
            }
        }
    }

    /// The loop names the term that is not finite; a decomposition that throws would hide it.
    @ParameterizedTest
    @MethodSource("properties")
    void anEmbeddingThatIsNotFiniteHasAValueThatIsNot(Property property) {
        var c = new RegularizerCase(property.regularizer(), ROWS, COLUMNS, 0.4);
        double[] z = c.embedding(6);
        z[3] = Double.NaN;
        assertThat(c.value(z)).isNaN();
        assertThat(c.gradient(z)).contains(Double.NaN);
    }

    @Test
    void everyRegularizerIsTriedHere() {
        assertThat(properties().map(p -> p.regularizer().getClass().getName()).distinct())
                .containsExactlyInAnyOrderElementsOf(Stream.of(Regularizer.class.getPermittedSubclasses())
                        .map(Class::getName)
                        .toList());
    }
}
