package org.fullrank.lab;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.lab.Conditioning.Gradient;
import org.fullrank.lab.Conditioning.LayerMap;
import org.fullrank.lab.SkipNet.Slope;
import org.junit.jupiter.api.Test;

class ConditioningTest {
    private static Experiment withMap(LayerMap map) {
        return new Conditioning(map, SkipNet::hessian, SkipNet::slope);
    }

    private static Experiment withGradient(Gradient gradient) {
        return new Conditioning(SkipNet::map, SkipNet::hessian, gradient);
    }

    private static SkipNet plain(SkipNet net) {
        return new SkipNet(net.weights(), net.activation(), 0);
    }

    private static Slope scaled(Slope slope, double factor) {
        List<SimpleMatrix> gradient =
                slope.gradient().stream().map(g -> g.scale(factor)).toList();
        return new Slope(slope.loss(), gradient);
    }

    @Test
    void everyClaimCanFail() {
        PlantedErrors.assertThatEveryClaimCanFail(
                Map.of(
                        "no skip", withMap((d, w, _) -> SkipNet.map(d, w, 0)),
                        "skip left in a plain layer", withMap((d, w, skip) -> SkipNet.map(d, w, skip + 0.01)),
                        "slopes twice as large", withMap((d, w, skip) -> SkipNet.map(d, w.scale(2), skip)),
                        "slopes squared",
                                withMap((d, w, skip) -> SkipNet.map(
                                        Arrays.stream(d).map(x -> x * x).toArray(), w, skip)),
                        "second derivative without skip",
                                new Conditioning(
                                        SkipNet::map, (net, x) -> SkipNet.hessian(plain(net), x), SkipNet::slope),
                        "half the second derivative",
                                new Conditioning(
                                        SkipNet::map,
                                        (net, x) -> SkipNet.hessian(net, x).scale(0.5),
                                        SkipNet::slope),
                        "half the gradient", withGradient((net, x, y) -> scaled(SkipNet.slope(net, x, y), 0.5)),
                        "a network that forgets its skip", withGradient((net, x, y) -> SkipNet.slope(plain(net), x, y)),
                        "plain networks at a hundredth of the rate",
                                withGradient(
                                        (net, x, y) -> scaled(SkipNet.slope(net, x, y), net.skip() == 0 ? 0.01 : 1))),
                new Setting(Setting.SEED, true, null));
    }
}
