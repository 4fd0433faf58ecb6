package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.lab.RegularizedRun.Choice;
import org.fullrank.lab.RegularizerGrid.Method;
import org.junit.jupiter.api.Test;

class AllLayersTest {
    private static final List<String> DATA =
            List.of("drawn mixture", "letters", "Fashion-MNIST", "MNIST", AllLayers.SELF_SUPERVISED);

    /// A grid with these gains, in shares. The middle strength is the best on validation data.
    private static RegularizerGrid grid(ToDoubleFunction<Method> gain) {
        return RegularizerGrid.of(
                RegularizerGrid.all(),
                5,
                (choice, run) -> new RegularizedRun(
                        choice.strength()
                                        == choice.term()
                                                .strengths()[choice.term().strengths().length / 2]
                                ? 0.9
                                : 0.5,
                        0.6
                                + 0.01 * run
                                + 0.001 * (run % 2) * choice.term().ordinal()
                                + gain.applyAsDouble(new Method(choice.term(), choice.everywhere()))));
    }

    private static double gain(Method method) {
        return switch (method.term()) {
            case NONE, VARIANCE, DECAY -> 0;
            case SVMAX, VICREG -> 0.015;
        };
    }

    private static List<Claim> claims(ToDoubleFunction<Method> gain) {
        Map<String, RegularizerGrid> grids = new LinkedHashMap<>();
        DATA.forEach(name -> grids.put(name, grid(gain)));
        return AllLayers.claims(grids);
    }

    @Test
    void everyClaimCanFail() {
        PlantedErrors.assertThatEveryClaimCanFail(
                claims(AllLayersTest::gain),
                List.of(
                        claims(method -> -0.02),
                        claims(method -> method.term() == FeatureTerm.NONE ? 0 : -0.02),
                        claims(method -> method.term() == FeatureTerm.DECAY ? 0.02 : gain(method)),
                        claims(method -> method.everywhere() ? 0.05 : gain(method))));
    }

    @Test
    void validationChoosesTheStrengthAndTheTestAccuracyIsThatOfIt() {
        double[] validation = {0.5, 0.8, 0.6};
        RegularizerGrid grid = RegularizerGrid.of(RegularizerGrid.all(), 3, (choice, run) -> {
            int strength = Arrays.binarySearch(choice.term().strengths(), choice.strength());
            return new RegularizedRun(validation[strength], 0.1 * strength + 0.01 * run);
        });
        int svmax = grid.index(FeatureTerm.SVMAX, true);
        assertThat(grid.strength(svmax)).isEqualTo(FeatureTerm.SVMAX.strengths()[1]);
        assertThat(grid.tests(svmax)).containsExactly(0.1, 0.1 + 0.01, 0.1 + 0.02);
        assertThat(grid.gains()[svmax].points()).isCloseTo(10, within(1e-9));
        assertThat(grid.gains()[0].p()).isEqualTo(1);
        assertThat(grid.gainsOfAllLayers()).allMatch(gain -> gain.points() == 0);
    }

    @Test
    void samplesHaveNoCommonItemsAndEachClassAsOften() {
        LabeledVectors pool = new LabeledVectors(
                IntStream.range(0, 100).mapToObj(i -> new float[] {i}).toArray(float[][]::new),
                IntStream.range(0, 100).map(i -> i % 4).toArray(),
                4);
        List<LabeledVectors> samples = pool.samples(Keyed.of(1), 5, 8);
        assertThat(samples).extracting(LabeledVectors::size).containsExactly(20, 32);
        for (LabeledVectors sample : samples) {
            for (int c = 0; c < 4; c++) {
                int label = c;
                assertThat(Arrays.stream(sample.y()).filter(y -> y == label)).hasSize(sample.size() / 4);
            }
        }
        List<Float> all = samples.stream()
                .flatMap(sample -> Stream.of(sample.x()))
                .map(x -> x[0])
                .toList();
        assertThat(all).doesNotHaveDuplicates();
    }

    @Test
    void aTermOnAllLayersIsTheMeanOverThem() {
        var clouds = ClassClouds.draw(Keyed.of(2), 3);
        try (var scope = Scope.open()) {
            var loss = Tensors.of(new double[] {1}, 1).sum();
            var layers = List.of(
                    clouds.items(Keyed.of(3), new int[] {0, 1, 2}), clouds.items(Keyed.of(4), new int[] {0, 1, 2}));
            FeatureTerm.Value sum = (term, z) -> z.sum();
            double first = Tensors.value(layers.get(0).sum());
            double last = Tensors.value(layers.get(1).sum());
            var everywhere = new Choice(FeatureTerm.VARIANCE, true, 0.5).added(loss, layers, sum);
            var end = new Choice(FeatureTerm.VARIANCE, false, 0.5).added(loss, layers, sum);
            var decay = new Choice(FeatureTerm.DECAY, false, 0.5).added(loss, layers, sum);
            assertThat(Tensors.value(everywhere)).isCloseTo(1 + 0.25 * (first + last), within(1e-3));
            assertThat(Tensors.value(end)).isCloseTo(1 + 0.5 * last, within(1e-3));
            assertThat(Tensors.value(decay)).isEqualTo(1);
        }
    }
}
