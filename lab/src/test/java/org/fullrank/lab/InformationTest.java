package org.fullrank.lab;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.independence.GaussianMixture;
import org.fullrank.independence.GaussianMixture.Bounds;
import org.fullrank.lab.Information.Copies;
import org.fullrank.lab.Information.Entropy;
import org.fullrank.lab.Information.Local;
import org.fullrank.lab.Information.Normality;
import org.fullrank.lab.Information.Slope;
import org.fullrank.net.NoisyCopies;
import org.fullrank.stats.NormalityTest;
import org.junit.jupiter.api.Test;

class InformationTest {
    private static final Information RIGHT = new Information();

    private static Experiment near(Slope slope) {
        return near(slope, RIGHT.local().copies());
    }

    private static Experiment near(Slope slope, Copies copies) {
        return new Information(
                new Local(slope, copies), RIGHT.normality(), RIGHT.entropy(), RIGHT.logDet(), RIGHT.vicreg());
    }

    private interface Region {
        boolean of(int copy, boolean in);
    }

    private static Experiment region(Region region) {
        return near(RIGHT.local().slope(), (network, x, draws, noise) -> {
            NoisyCopies copies = network.copies(x, draws, noise);
            boolean[] in = copies.inRegion().clone();
            for (int i = 0; i < in.length; i++) {
                in[i] = region.of(noise < .1 ? i : i + 1, in[i]);
            }
            return new NoisyCopies(copies.width(), copies.plain(), copies.outputs(), in, null);
        });
    }

    private static Experiment normal(Normality normality) {
        return new Information(RIGHT.local(), normality, RIGHT.entropy(), RIGHT.logDet(), RIGHT.vicreg());
    }

    private static NormalityTest found(double[] sample, double p) {
        NormalityTest right = NormalityTest.of(sample);
        return new NormalityTest(right.n(), 0, 0, 0, 0, 0, p);
    }

    private static Experiment entropy(Entropy entropy) {
        return new Information(RIGHT.local(), RIGHT.normality(), entropy, RIGHT.logDet(), RIGHT.vicreg());
    }

    private static Experiment toy(LogDetToy.Slope logDet, LogDetToy.Slope vicreg) {
        return new Information(RIGHT.local(), RIGHT.normality(), RIGHT.entropy(), logDet, vicreg);
    }

    /// Differences over a wide step, which leaves the region.
    private static SimpleMatrix secant(LibraryNetwork network, double[] x) {
        SimpleMatrix steps = SimpleMatrix.identity(x.length).scale(3);
        double[] outputs = network.copies(x, steps, 1).outputs();
        double[] plain = network.copies(x, steps, 1).plain();
        SimpleMatrix slope = new SimpleMatrix(plain.length, x.length);
        for (int j = 0; j < plain.length; j++) {
            for (int k = 0; k < x.length; k++) {
                slope.set(j, k, (outputs[k * plain.length + j] - plain[j]) / 3);
            }
        }
        return slope;
    }

    /// VICReg's gradient less that of its covariance term, `s_01^2`.
    private static SimpleMatrix withoutCovariance(LogDetToy toy, SimpleMatrix w) {
        double s = toy.covariance(w).get(0, 1);
        SimpleMatrix slope = new SimpleMatrix(2, 2, true, 0, s, s, 0);
        return LogDetToy.vicreg(toy, w).minus(slope.mult(w).mult(toy.total()).scale(2));
    }

    private static Bounds changed(GaussianMixture mixture, double lower, double upper, double gaussian) {
        Bounds right = mixture.bounds();
        return new Bounds(
                right.components(),
                right.lower() + lower,
                right.upper() + upper,
                right.gaussian() + gaussian,
                right.diagonal());
    }

    @Test
    void everyClaimCanFail() {
        Map<String, Experiment> errors = new LinkedHashMap<>();
        errors.put("slope of a secant", near(InformationTest::secant));
        errors.put("outputs of another point", near(RIGHT.local().slope(), (network, x, draws, noise) -> {
            double[] other = Arrays.stream(x).map(v -> v + .01).toArray();
            NoisyCopies right = network.copies(x, draws, noise);
            return new NoisyCopies(
                    right.width(),
                    network.copies(other, draws, noise).plain(),
                    right.outputs(),
                    right.inRegion(),
                    null);
        }));
        errors.put("all in the region", region((i, in) -> true));
        errors.put("none in the region", region((i, in) -> false));
        errors.put("every other copy in the region", region((i, in) -> i % 2 == 0));
        errors.put("nothing is normal", normal(sample -> found(sample, 0)));
        errors.put("all is normal", normal(sample -> found(sample, 1)));
        errors.put("no minus in the lower bound", entropy(mixture -> changed(mixture, 4, 0, 0)));
        errors.put("upper bound too low", entropy(mixture -> changed(mixture, 0, -1, 0)));
        errors.put("bounds too far apart", entropy(mixture -> changed(mixture, -2, 2, 0)));
        errors.put("Gaussian too low", entropy(mixture -> changed(mixture, 0, 0, -20)));
        errors.put("Gaussian too high", entropy(mixture -> changed(mixture, 0, 0, 10)));
        errors.put(
                "half the determinant",
                toy(
                        (toy, w) -> toy.covariance(w)
                                .invert()
                                .mult(w)
                                .mult(toy.total())
                                .scale(.5)
                                .plus(LogDetToy.logDet(toy, w)),
                        LogDetToy::vicreg));
        errors.put(
                "noise of other axes",
                toy(
                        (toy, w) -> LogDetToy.logDet(new LogDetToy(toy.total(), SimpleMatrix.diag(.2, 1)), w),
                        LogDetToy::vicreg));
        errors.put("no covariance term", toy(LogDetToy::logDet, InformationTest::withoutCovariance));
        errors.put("VICReg for log det", toy(LogDetToy::vicreg, LogDetToy::logDet));
        PlantedErrors.assertThatEveryClaimCanFail(errors, new Setting(Setting.SEED, true, null));
    }
}
