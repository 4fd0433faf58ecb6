package org.fullrank.train;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.fullrank.data.Dataset;
import org.fullrank.data.Items;
import org.fullrank.data.SamplingOrder;
import org.fullrank.data.Split;
import org.fullrank.diagnose.EmbeddingHealth;
import org.fullrank.method.Method;
import org.fullrank.probe.Embedder;
import org.fullrank.probe.Features;
import org.fullrank.probe.Knn;
import org.fullrank.probe.KnnProtocol;
import org.fullrank.run.MonitorSpec;
import org.fullrank.view.ViewGenerator;

/// Looks at the representation while it is learned, never at the test split: rank and spread on samples that need no
/// labels, and where there are labels kNN accuracy on the validation split, or on training samples kept out of the
/// bank.
final class Monitor {
    /// Queries for each sample of the bank where both come from the training split.
    private static final int BANK_PER_QUERY = 5;

    private final MonitorSpec spec;
    private final Items bank;
    private final Items queries;
    private final ViewGenerator bankViews;
    private final ViewGenerator queryViews;

    Monitor(MonitorSpec spec, Dataset data, ViewGenerator views, long seed) {
        this.spec = spec;
        Items train = data.items(data.splits().contains(Split.TRAIN) ? Split.TRAIN : Split.UNLABELLED);
        int[] order = SamplingOrder.epoch(seed, -1, train.size());
        int limit = spec.knnSamples() == 0 ? train.size() : Math.min(spec.knnSamples(), train.size());
        if (data.splits().contains(Split.VALIDATION)) {
            Items validation = data.items(Split.VALIDATION);
            int[] chosen = SamplingOrder.epoch(seed, -2, validation.size());
            bank = train.subset(Arrays.copyOf(order, limit));
            queries = validation.subset(Arrays.copyOf(chosen, Math.min(limit, chosen.length)));
        } else {
            int asked = Math.max(1, limit / (BANK_PER_QUERY + 1));
            queries = train.subset(Arrays.copyOf(order, asked));
            bank = train.subset(Arrays.copyOfRange(order, asked, Math.max(asked + 1, limit)));
        }
        bankViews = views.on(bank);
        queryViews = views.on(queries);
    }

    /// The measures by name; `knn` only where there are labels, `block.NAME.knn` for the blocks that the method
    /// watches.
    SequencedMap<String, Double> measure(Method method) {
        var values = new LinkedHashMap<String, Double>();
        List<String> blocks = method.watched();
        List<Features> asked = Embedder.embed(method, queryViews, queries, blocks);
        Features representation = asked.getFirst();
        if (representation.rows() > 1) {
            var health = EmbeddingHealth.of(representation.values(), representation.rows());
            values.put("representation.rankme", health.rankMe());
            values.put("representation.std", health.normalizedStd());
        }
        if (representation.classes() != null && bank.labels() != null && bank.size() >= spec.knnNeighbours()) {
            List<Features> known = Embedder.embed(method, bankViews, bank, blocks);
            var protocol = new KnnProtocol(spec.knnNeighbours(), KnnProtocol.TEMPERATURE);
            for (int i = 0; i < known.size(); i++) {
                String name = i == 0 ? "knn" : "block." + blocks.get(i - 1) + ".knn";
                values.put(
                        name, Knn.evaluate(known.get(i), asked.get(i), protocol).share());
            }
        }
        return values;
    }

    /// What decides which checkpoint is best: kNN accuracy, or the rank where there are no labels.
    static double score(SequencedMap<String, Double> measures) {
        return measures.getOrDefault("knn", measures.getOrDefault("representation.rankme", 0.0));
    }
}
