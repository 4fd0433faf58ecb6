package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.fullrank.data.Split;
import org.fullrank.engine.Keyed;
import org.fullrank.lab.GuillotineNetworks.Curve;
import org.fullrank.lab.GuillotineNetworks.Pretext;
import org.fullrank.net.ProjectorSpec;
import org.junit.jupiter.api.Test;

class GuillotineNetworksTest {
    /// The reference values, and R^2 of the views that fall towards the head.
    private static Map<Pretext, Curve> reference() {
        double[] known = {0.7, 0.6, 0.4, 0.2, 0.1};
        return new EnumMap<>(Map.of(
                Pretext.STRONG, new Curve(new double[] {.848, .683, .541, .504, .498}, known),
                Pretext.WEAK, new Curve(new double[] {.906, .860, .811, .775, .758}, known),
                Pretext.CLASS, new Curve(new double[] {.948, .956, .958, .959, .960}, new double[0]),
                Pretext.CROP, new Curve(new double[] {.9, .8, .7, .6, .5}, known)));
    }

    private static List<ClaimVerdict> verdicts(Consumer<Map<Pretext, Curve>> error) {
        Map<Pretext, Curve> curves = reference();
        error.accept(curves);
        return GuillotineNetworks.claims(curves).stream().map(Claim::verdict).toList();
    }

    @Test
    void theReferenceHoldsAndEveryClaimCanFail() {
        assertThat(verdicts(curves -> {})).containsOnly(ClaimVerdict.HOLDS);
        double[] flat = {.9, .9, .9, .9, .9};
        double[] falls = {.9, .8, .7, .6, .5};
        double[] unknown = {.1, .1, .1, .1, .1};
        List<Consumer<Map<Pretext, Curve>>> errors = List.of(
                curves -> curves.put(Pretext.STRONG, new Curve(flat, unknown)),
                curves -> curves.put(Pretext.WEAK, new Curve(flat, flat)),
                curves -> curves.put(Pretext.CLASS, new Curve(falls, new double[0])),
                curves -> curves.put(Pretext.CROP, new Curve(falls, unknown)));
        boolean[] fell = new boolean[GuillotineNetworks.claims(reference()).size()];
        for (Consumer<Map<Pretext, Curve>> error : errors) {
            List<ClaimVerdict> verdicts = verdicts(error);
            assertThat(verdicts).contains(ClaimVerdict.FAILS);
            IntStream.range(0, fell.length).forEach(i -> fell[i] |= verdicts.get(i) == ClaimVerdict.FAILS);
        }
        assertThat(fell).doesNotContain(false);
    }

    @Test
    void positivesOfOneClassAreOtherImagesOfIt() {
        int[] classes = IntStream.range(0, 200).map(i -> i % 10).toArray();
        int[] items = {3, 14, 25, 199};
        int[] others = GuillotineNetworks.partner(Pretext.CLASS, classes, items, Keyed.of(1));
        assertThat(others).isNotEqualTo(items);
        assertThat(Arrays.stream(others).map(i -> classes[i]).toArray()).containsExactly(3, 4, 5, 9);
        assertThat(GuillotineNetworks.partner(Pretext.CROP, classes, items, Keyed.of(1)))
                .isEqualTo(items);
    }

    @Test
    void aViewIsNeverOutsideOfItsRange() {
        Keyed random = Keyed.of(5);
        for (int i = 0; i < 500; i++) {
            assertThat(GuillotineNetworks.view(Pretext.WEAK, random).drawn()[0]).isBetween(-30.0, 30.0);
            double[] crop = GuillotineNetworks.view(Pretext.CROP, random).drawn();
            assertThat(crop[0]).isBetween(0.55, 1.0);
            assertThat(Math.abs(crop[1])).isLessThanOrEqualTo(1 - crop[0]);
            assertThat(Math.abs(crop[2])).isLessThanOrEqualTo(1 - crop[0]);
        }
    }

    @Test
    void probesFindTheClassOfDrawnDigitsAndTheirPlaceButNotANumberThatChangesNothing() {
        GrayImages images = GrayImages.of(null, Split.TRAIN, 0, 1200);
        var probes = new LayerProbes(
                images.select(IntStream.range(0, 800).toArray()),
                images.select(IntStream.range(800, 1200).toArray()));
        try (var net = new ImageMlp(new ProjectorSpec(List.of(64, 16), false), 1)) {
            double[] accuracies = probes.accuracies(net);
            assertThat(accuracies).hasSize(2);
            assertThat(accuracies[0]).as("a guess has .1").isGreaterThan(0.3);
            double[] shift = probes.warps(net, random -> GuillotineNetworks.view(Pretext.CROP, random), Keyed.of(2));
            double[] nothing =
                    probes.warps(net, random -> new Warp(Warp.none().map(), random.nextDouble()), Keyed.of(2));
            assertThat(shift[0]).isGreaterThan(0.1);
            assertThat(nothing[0]).isLessThan(0.05);
        }
    }
}
