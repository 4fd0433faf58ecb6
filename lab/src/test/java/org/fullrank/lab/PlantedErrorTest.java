package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.lab.Byol.Full;
import org.fullrank.lab.Byol.Mode;
import org.fullrank.lab.Byol.Symmetric;
import org.fullrank.lab.LinearModes.Form;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A claim that could not fail is not a claim: with an error in the dynamics, at least one of them does.
class PlantedErrorTest {
    record Planted(String error, Experiment experiment) {
        @Override
        public String toString() {
            return experiment.name() + ": " + error;
        }
    }

    static Stream<Planted> localRules() {
        return Stream.of(
                new Planted("no decay", new Oja((w, batch, c, _) -> Oja.logVariance(w, batch, c, 0))),
                new Planted("anti-Hebbian", new Oja((w, batch, c, eta) -> Oja.logVariance(w, batch, -c, eta))),
                new Planted("twice the gain", new Oja((w, batch, c, eta) -> Oja.logVariance(w, batch, 2 * c, eta))),
                new Planted("no pull", new LplToy(PlantedErrorTest::withoutPull)),
                new Planted("pull with the wrong sign", new LplToy((law, w, now, before) -> {
                    double[] change = LocalRule.change(law, w, now, before);
                    if (law == LocalRule.LPL) { // twice the part without pull, minus all
                        Arrays.setAll(change, i -> -change[i]);
                        VectorMath.add(change, 2, LocalRule.change(LocalRule.HEBB, w, now, before));
                    }
                    return change;
                })),
                new Planted("no decay", new LplToy((law, w, now, before) -> {
                    double[] change = LocalRule.change(law, w, now, before);
                    VectorMath.add(change, law == LocalRule.OJA ? 0 : LocalRule.DECAY, w);
                    return change;
                })));
    }

    private static double[] withoutPull(LocalRule law, double[] w, double[][] now, double[][] before) {
        return LocalRule.change(law == LocalRule.LPL ? LocalRule.HEBB : law, w, now, before);
    }

    static Stream<Planted> flows() {
        return Stream.of(
                new Planted("no decay of the predictor", new ByolFlow((a, data, y) -> {
                    Full slope = Byol.slope(a, data, y);
                    return new Full(slope.w(), slope.wp().plus(a.eta(), y.wp()), slope.wa());
                })),
                new Planted("noise left out", new ByolFlow((a, data, y) -> {
                    SimpleMatrix none = data.noise().scale(0);
                    return Byol.slope(a, new Byol.Moments(data.signal(), none), y);
                })),
                new Planted("half the gradient of W", new ByolFlow((a, data, y) -> {
                    Full slope = Byol.slope(a, data, y);
                    return new Full(slope.w().scale(0.5), slope.wp(), slope.wa());
                })),
                new Planted("decay of s once, not twice", new ByolPhase((a, m) -> {
                    Mode slope = Byol.slope(a, m);
                    return new Mode(slope.p(), slope.s() + a.eta() * m.s(), slope.tau());
                })),
                new Planted("decay with the wrong sign", new ByolPhase((a, m) -> {
                    Mode slope = Byol.slope(a, m);
                    return new Mode(slope.p() + 2 * a.eta() * m.p(), slope.s(), slope.tau());
                })),
                new Planted("target never moves", new ByolPhase((a, m) -> {
                    Mode slope = Byol.slope(a, m);
                    return new Mode(slope.p(), slope.s(), 0);
                })),
                new Planted("no half of alpha_p", new EigenAlignment((a, tau, y) -> {
                    Symmetric slope = Byol.slope(a, tau, y);
                    SimpleMatrix both = Byol.anticommutator(y.wp(), y.f());
                    return new Symmetric(slope.wp().plus(-a.alphaP() / 2 * (1 + a.noise()), both), slope.f());
                })),
                new Planted("decay of F once, not twice", new EigenAlignment((a, tau, y) -> {
                    Symmetric slope = Byol.slope(a, tau, y);
                    return new Symmetric(slope.wp(), slope.f().plus(a.eta(), y.f()));
                })));
    }

    static Stream<Planted> collapse() {
        return Stream.of(
                new Planted("stop-gradient left in", new NoStopGradient(Byol::slope)),
                new Planted("cross term with the wrong sign", new NoStopGradient((a, data, y) -> {
                    Full slope = NoStopGradient.descent(a, data, y);
                    SimpleMatrix cross = y.wp().mult(y.w()).mult(data.signal());
                    return new Full(slope.w().plus(-2, cross), slope.wp(), slope.wa());
                })),
                new Planted("no noise", new DirectSet((l, alpha, _, eta) -> DirectSet.mode(l, alpha, 0, eta))),
                new Planted(
                        "half the decay",
                        new DirectSet((l, alpha, variance, eta) -> DirectSet.mode(l, alpha, variance, eta / 2))),
                new Planted("Wp left in IsoLoss", new IsoModes((form, wp, z1, z2, g1, g2) -> {
                    Form wrong = form == Form.ISO_EUCLIDEAN ? Form.EUCLIDEAN : form;
                    LinearModes.gradient(wrong, wp, z1, z2, g1, g2);
                })),
                new Planted("cosine without the term along p", new IsoModes((form, wp, z1, z2, g1, g2) -> {
                    LinearModes.gradient(form, wp, z1, z2, g1, g2);
                    if (form == Form.ISO_COSINE) {
                        double[] p = new double[z1.length];
                        LinearModes.times(wp, z1, p);
                        double size = VectorMath.norm(p) * VectorMath.norm(z2);
                        Arrays.setAll(g1, i -> -z2[i] / size);
                    }
                })),
                new Planted(
                        "ascent turned to descent",
                        new SvmaxCircle(e -> SingularValueMean.slope(e).scale(-1), 1)),
                new Planted("no SVMax in the network", new SvmaxCircle(SingularValueMean::slope, 0)),
                new Planted(
                        "1/d left out",
                        new SvmaxCircle(e -> SingularValueMean.slope(e).scale(e.getNumCols()), 1)));
    }

    @ParameterizedTest
    @MethodSource({"localRules", "flows", "collapse"})
    void makesAClaimFail(Planted planted) {
        Outcome outcome = planted.experiment().run(new Setting(Setting.SEED, true, null));
        assertThat(outcome.count(ClaimVerdict.FAILS)).isPositive();
    }

    @Test
    void makesAClaimAboutDigitsFail(@TempDir Path folder) throws IOException {
        String data = DrawnDigits.write(folder).toString();
        Setting setting = new Setting(Setting.SEED, true, data);
        assertThat(new LplDigits().run(setting).count(ClaimVerdict.HOLDS)).isEqualTo(6);
        Outcome wrong = new LplDigits(PlantedErrorTest::withoutPull).run(setting);
        assertThat(wrong.count(ClaimVerdict.FAILS)).isPositive();
    }
}
