package org.fullrank.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.spectral.Graph;
import org.fullrank.spectral.Graph.Edge;
import org.fullrank.spectral.Relation;
import org.fullrank.spectral.SpectralObjective.Contrastive;
import org.fullrank.spectral.SpectralObjective.SpectralContrastive;
import org.junit.jupiter.api.Test;

class LabelGraphTest {
    /// Sample 0 and a sample of another class have each other's labels.
    private static Relation mistaken(Relation relation) {
        SimpleMatrix g = ClosedFits.dense(relation);
        int other = IntStream.range(1, relation.size())
                .filter(i -> g.get(0, i) == 0)
                .findFirst()
                .orElseThrow();
        int[] place = IntStream.range(0, relation.size())
                .map(i -> i == 0 ? other : i == other ? 0 : i)
                .toArray();
        return graph(relation.size(), (i, j) -> g.get(place[i], place[j]) > 0);
    }

    /// The two last samples of the class of 5 are a class of their own.
    private static Relation split(Relation relation) {
        double[] degrees = relation.degrees();
        int[] large =
                IntStream.range(0, degrees.length).filter(i -> degrees[i] == 4).toArray();
        SimpleMatrix g = ClosedFits.dense(relation);
        return graph(
                relation.size(), (i, j) -> g.get(i, j) > 0 && !(degrees[i] == 4 && (i >= large[3]) != (j >= large[3])));
    }

    private interface Related {
        boolean of(int i, int j);
    }

    private static Relation graph(int size, Related related) {
        List<Edge> edges = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < i; j++) {
                if (related.of(i, j)) {
                    edges.add(new Edge(i, j, 1));
                }
            }
        }
        return Graph.of(size, edges);
    }

    @Test
    void everyClaimCanFail() {
        PlantedErrors.assertThatEveryClaimCanFail(
                Map.of(
                        "twice the gamma",
                                new LabelGraph((form, relation) ->
                                        SpectralFamilyTest.withTwiceGamma(form).fit(relation)),
                        "half the gamma",
                                new LabelGraph((form, relation) ->
                                        SpectralFamilyTest.withHalfGamma(form).fit(relation)),
                        "two labels mistaken", new LabelGraph((form, relation) -> form.fit(mistaken(relation))),
                        "a class in two parts", new LabelGraph((form, relation) -> form.fit(split(relation))),
                        "weights that sum to 1",
                                new LabelGraph((form, relation) -> (form.objective() instanceof Contrastive
                                                ? SpectralFamilyTest.with(form, new SpectralContrastive())
                                                : form)
                                        .fit(relation))),
                new Setting(Setting.SEED, true, null));
    }
}
