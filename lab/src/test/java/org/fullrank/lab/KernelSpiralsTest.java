package org.fullrank.lab;

import java.util.Map;
import java.util.stream.IntStream;
import org.fullrank.spectral.Graph;
import org.fullrank.spectral.Graph.Edge;
import org.fullrank.spectral.Kernel;
import org.fullrank.spectral.Relation;
import org.junit.jupiter.api.Test;

class KernelSpiralsTest {
    /// Each original is related to the view of an original of the other spiral.
    private static Relation strangers(Relation relation) {
        int size = relation.size();
        return Graph.of(
                size,
                IntStream.range(0, size / 2)
                        .mapToObj(i -> new Edge(2 * i, (2 * i + 1 + size / 2) % size, 1))
                        .toList());
    }

    @Test
    void everyClaimCanFail() {
        PlantedErrors.assertThatEveryClaimCanFail(
                Map.of(
                        "a kernel ten times as wide", new KernelSpirals(new Kernel.Rbf(1.5), ClosedFits::map),
                        "a kernel an eighth as wide", new KernelSpirals(new Kernel.Rbf(0.02), ClosedFits::map),
                        "pairs of strangers",
                                new KernelSpirals(
                                        new Kernel.Rbf(0.15),
                                        (form, relation, inputs, kernel) ->
                                                ClosedFits.map(form, strangers(relation), inputs, kernel))),
                new Setting(Setting.SEED, true, null));
    }
}
