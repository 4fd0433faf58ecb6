package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.fullrank.data.Split;
import org.fullrank.engine.Keyed;
import org.fullrank.lab.ClassBiasImages.Measured;
import org.fullrank.lab.ViewTraining.Confusion;
import org.junit.jupiter.api.Test;

class ClassBiasImagesTest {
    private static final int CLASSES = GrayImages.CLASSES;
    private static final int RUNS = 5;

    /// Two strengths: first all classes have an accuracy of .8, then they have these changes.
    ///
    /// @param confused share of the sixes taken for nines, and half of that of the nines taken for sixes
    private static Measured measured(double confused, double noise, double... changes) {
        double[][][] shares = new double[2][RUNS][CLASSES];
        for (int run = 0; run < RUNS; run++) {
            for (int c = 0; c < CLASSES; c++) {
                shares[0][run][c] = 0.8;
                shares[1][run][c] = 0.8 + changes[c] + noise * (run - 2);
            }
        }
        double[][] answers = new double[CLASSES][CLASSES];
        answers[4][9] = 0.2;
        answers[6][9] = confused;
        answers[9][6] = confused / 2;
        int[] items = new int[CLASSES];
        Arrays.fill(items, 1000);
        Confusion none = new Confusion(new double[CLASSES][CLASSES]);
        return new Measured(
                new ClassAccuracies(List.of("weak", "strong"), shares, items), List.of(none, new Confusion(answers)));
    }

    private static final double[] CROPS = {-.05, 0, -.2, 0, .1, 0, -.2, 0, 0, 0};
    private static final double[] ROTATIONS = {-.1, 0, -.2, -.2, -.2, -.2, -.2, -.2, -.2, -.1};

    private static double[] all(double change) {
        double[] changes = new double[CLASSES];
        Arrays.fill(changes, change);
        return changes;
    }

    @Test
    void everyClaimCanFail() {
        Measured crops = measured(0, 0.005, CROPS);
        Measured rotations = measured(0.2, 0.005, ROTATIONS);
        PlantedErrors.assertThatEveryClaimCanFail(
                ClassBiasImages.claims(crops, rotations),
                List.of(
                        ClassBiasImages.claims(measured(0, 0.005, all(0)), rotations),
                        ClassBiasImages.claims(measured(0, 0.5, CROPS), rotations),
                        ClassBiasImages.claims(crops, measured(0.2, 0.005, all(0))),
                        ClassBiasImages.claims(crops, measured(0.2, 0.005, all(-0.1))),
                        ClassBiasImages.claims(crops, measured(0.4, 0.005, ROTATIONS))));
    }

    @Test
    void withoutADataSetItsClaimsAreOpen() {
        List<Claim> claims = ClassBiasImages.claims(null, measured(0.2, 0.005, ROTATIONS));
        assertThat(claims)
                .filteredOn(c -> c.verdict() == ClaimVerdict.UNDECIDABLE)
                .hasSize(5);
        assertThat(claims).filteredOn(c -> c.verdict() == ClaimVerdict.HOLDS).hasSize(6);
    }

    @Test
    void aCropHasAtLeastItsAreaAndLiesInTheImage() {
        Keyed random = Keyed.of(3);
        for (int i = 0; i < 300; i++) {
            double[] crop = ClassBiasImages.crop(0.5, random).drawn();
            assertThat(crop[0] * crop[0]).isBetween(0.5 - 1e-9, 1.0);
            assertThat(Math.abs(crop[1])).isLessThanOrEqualTo(1 - crop[0]);
            assertThat(ClassBiasImages.crop(1, random).drawn()[0]).isEqualTo(1);
            assertThat(ClassBiasImages.rotation(90, random).drawn()[0]).isBetween(-90.0, 90.0);
        }
    }

    @Test
    void confusionsAreSharesOfTheClass() {
        var images = new GrayImages(new float[6][1], new int[] {0, 0, 0, 0, 1, 1});
        var confusion = Confusion.of(images, new int[] {0, 1, 1, 2, 1, 0});
        assertThat(confusion.shares()[0]).startsWith(0.25, 0.5, 0.25, 0);
        assertThat(confusion.accuracies()[1]).isCloseTo(0.5, within(1e-12));
        assertThat(confusion.largest(3).getFirst()).containsExactly(0, 1);
        assertThat(Confusion.mean(List.of(confusion, confusion)).shares()[0][2]).isCloseTo(0.25, within(1e-12));
    }

    @Test
    void aTrainingLearnsDrawnDigitsAndRotationsCostAccuracy() {
        GrayImages train = GrayImages.of(null, Split.TRAIN, 0, 600);
        GrayImages test = GrayImages.of(null, Split.TEST, 0, 400);
        List<Double> means = new ArrayList<>();
        for (double angle : new double[] {0, 180}) {
            double[] accuracies = new ViewTraining(List.of(64), 6)
                    .run(train, test, random -> ClassBiasImages.rotation(angle, random), 1)
                    .accuracies();
            means.add(IntStream.range(0, CLASSES)
                    .mapToDouble(c -> accuracies[c])
                    .average()
                    .orElseThrow());
        }
        assertThat(means.getFirst()).isGreaterThan(0.3);
        assertThat(means.getLast()).isLessThan(means.getFirst());
    }
}
