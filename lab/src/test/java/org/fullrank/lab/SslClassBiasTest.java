package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Split;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.lab.SslClassBias.Method;
import org.fullrank.lab.SslClassBias.Pretext;
import org.junit.jupiter.api.Test;

class SslClassBiasTest {
    private static final int CLASSES = GrayImages.CLASSES;
    private static final double[] CROP = {0, 0, -.01, 0, 0, 0, -.03, -.02, 0, 0};
    private static final double[] JITTER = {.01, .01, .01, .01, .01, .01, .01, .01, .01, .01};

    /// Accuracies of .8 with both views, and without a view what the view adds is missing.
    private static ClassAccuracies accuracies(double[] crop, double[] jitter) {
        double[][][] shares = new double[Pretext.values().length][4][CLASSES];
        for (int run = 0; run < 4; run++) {
            for (int c = 0; c < CLASSES; c++) {
                double base = 0.8 + 0.001 * run;
                shares[Pretext.BOTH.ordinal()][run][c] = base;
                shares[Pretext.JITTER.ordinal()][run][c] = base - crop[c];
                shares[Pretext.CROP.ordinal()][run][c] = base - jitter[c];
            }
        }
        int[] items = new int[CLASSES];
        Arrays.fill(items, 1000);
        return new ClassAccuracies(List.of("both", "jitter", "crop"), shares, items);
    }

    private static List<Claim> claims(double[] crop, double[] other, double[] jitter) {
        Map<Method, ClassAccuracies> measured = new EnumMap<>(Method.class);
        measured.put(Method.VICREG, accuracies(crop, jitter));
        measured.put(Method.SIMCLR, accuracies(other, jitter));
        return SslClassBias.claims(measured);
    }

    private static double[] times(double factor, double[] values) {
        return Arrays.stream(values).map(value -> factor * value).toArray();
    }

    @Test
    void everyClaimCanFail() {
        PlantedErrors.assertThatEveryClaimCanFail(
                claims(CROP, CROP, JITTER),
                List.of(
                        claims(times(10, CROP), CROP, JITTER),
                        claims(times(-1, CROP), CROP, JITTER),
                        claims(CROP, CROP, times(-1, JITTER))));
        assertThat(SslClassBias.claims(Map.of())).allMatch(claim -> claim.verdict() == ClaimVerdict.UNDECIDABLE);
    }

    @Test
    void cropsDoNotChangeWhiteImagesAndJitterChangesAllPixelsAlike() {
        float[][] white = new float[50][GrayImages.PIXELS];
        Arrays.stream(white).forEach(pixels -> Arrays.fill(pixels, 0.5f));
        GrayImages images = new GrayImages(white, new int[50]);
        try (var scope = Scope.withoutGradients()) {
            Tensor jittered = SslClassBias.views(Pretext.JITTER, images, Keyed.of(1)); // [50, PIXELS / 4]
            Tensor deviations = jittered.std(new long[] {1}, false, false);
            assertThat(Tensors.value(deviations.max())).isLessThan(1e-6);
            assertThat(Tensors.value(jittered.max())).isBetween(0.8, 1.0);
            assertThat(Tensors.value(jittered.min())).isBetween(0.0, 0.2);
            Tensor cropped = SslClassBias.views(Pretext.CROP, images, Keyed.of(1));
            int center = 7 * 14 + 7; // the rim is interpolated with black
            assertThat(Tensors.value(cropped.narrow(1, center, 1)
                            .sub(Tensors.scalar(0.5))
                            .abs()
                            .max()))
                    .isCloseTo(0, within(1e-6));
        }
    }

    @Test
    void theSameSeedGivesTheSameViews() {
        GrayImages images = GrayImages.of(null, Split.TRAIN, 0, 10);
        try (var scope = Scope.withoutGradients()) {
            Tensor a = SslClassBias.views(Pretext.BOTH, images, Keyed.of(7));
            Tensor b = SslClassBias.views(Pretext.BOTH, images, Keyed.of(7));
            assertThat(Tensors.value(a.sub(b).abs().max())).isZero();
        }
    }
}
