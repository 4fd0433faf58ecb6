package org.fullrank.probe;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import org.fullrank.data.TrainTest;
import org.fullrank.engine.InputException;
import org.fullrank.method.Method;
import org.fullrank.method.MetricLearning;

/// Measures retrieval and clustering. Every item of the test split is a query. The search is over all other
/// items of this split. Its classes need not be those of the train split.
///
/// @param recallAt the values of k for recall@k, ascending, each at least 1
/// @param restarts number of k-means runs, at least 1. The run with the smallest inertia is used
/// @param maxIterations of one k-means run, at least 1
/// @param seed of the first centers
public record RetrievalProtocol(List<Integer> recallAt, int restarts, int maxIterations, long seed)
        implements Evaluation {
    /// The version. It increases whenever the same settings would give other numbers.
    public static final int VERSION = 1;
    /// 1, 2, 4, 8: the columns of metric-learning tables since Oh Song et al. 2016.
    public static final List<Integer> RECALL_AT = List.of(1, 2, 4, 8);
    /// Ten runs, as in most libraries. With a single run, NMI differs by several percentage points from seed
    /// to seed.
    public static final int RESTARTS = 10;
    /// More iterations than k-means needs on embeddings. It ends earlier if no item changes its cluster.
    public static final int MAX_ITERATIONS = 300;
    /// Any fixed number is suitable.
    public static final long SEED = 0;

    public RetrievalProtocol {
        recallAt = List.copyOf(recallAt);
        for (int i = 0; i < recallAt.size(); i++) {
            if (recallAt.get(i) < (i == 0 ? 1 : recallAt.get(i - 1) + 1)) {
                throw new InputException("retrieval: found recall at %s, expected ascending numbers from 1 on; use %s"
                        .formatted(recallAt, RECALL_AT));
            }
        }
        if (recallAt.isEmpty() || restarts < 1 || maxIterations < 1) {
            throw new InputException(
                    "retrieval: found recall at %s, %d restarts, %d iterations, expected at least one of each; use %s, %d, %d"
                            .formatted(recallAt, restarts, maxIterations, RECALL_AT, RESTARTS, MAX_ITERATIONS));
        }
    }

    /// [#RECALL_AT], [#RESTARTS], [#MAX_ITERATIONS] and [#SEED].
    public static RetrievalProtocol defaults() {
        return new RetrievalProtocol(RECALL_AT, RESTARTS, MAX_ITERATIONS, SEED);
    }

    @Override
    public String name() {
        return "retrieval";
    }

    @Override
    public Retrieval run(Subject subject) {
        TrainTest items = subject.data().forRetrieval();
        var asked = new LinkedHashMap<String, Features>();
        asked.put(ProbeTable.ENCODER, subject.embed(items.test()));
        if (subject.method() instanceof MetricLearning metric) { // its papers search the embedding
            asked.put(Place.EMBEDDING, Embedder.project(metric, subject.views().on(items.test()), items.test()));
        }
        asked.put(ProbeTable.RAW, RawInput.of(items.train(), items.test()).test());
        if (subject.isTrained()) {
            try (Method twin = UntrainedTwin.of(subject, items.train())) {
                asked.put(ProbeTable.UNTRAINED, subject.embed(twin, items.test()));
            }
        }
        EvaluatedData source = EvaluatedData.of(subject.data(), items);
        return Retrieval.of(asked, source, this, UntrainedTwin.missing(subject));
    }

    /// The full text for features of `source`.
    ProtocolText describe(EvaluatedData source) {
        var settings = new LinkedHashMap<String, String>();
        settings.put(
                "retrieval",
                "each asked item against all others, itself left out, cosine similarity (not centered), exact, ties by the"
                        + " order of the items; an item alone in its class asks nothing");
        settings.put(
                "recall@k",
                "share of queries with an item of their class among the nearest k, k "
                        + recallAt.stream().map(String::valueOf).collect(Collectors.joining(", ")));
        settings.put("R-precision", "share of the query's class among its nearest R, R = items of that class - 1");
        settings.put("MAP@R", "mean over queries of 1/R sum over hits at ranks i up to R of precision at i");
        settings.put(
                "NMI",
                "k-means on rows scaled to length 1, as many clusters as classes, k-means++ start, seed %d, best of %d by"
                                .formatted(seed, restarts)
                        + " inertia, at most %d iterations; 2 I / (H + H)".formatted(maxIterations));
        settings.put("raw input", source.rawInput());
        settings.put("untrained", Protocol.UNTRAINED);
        return ProtocolText.asking("fullrank-retrieval", VERSION, source, settings);
    }
}
