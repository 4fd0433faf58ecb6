package org.fullrank.bench;

import java.util.Locale;
import java.util.function.Supplier;
import org.fullrank.data.DataSpec;
import org.fullrank.data.Dataset;
import org.fullrank.data.Split;
import org.fullrank.engine.Threads;
import org.fullrank.probe.EvaluatedData;
import org.fullrank.probe.Knn;
import org.fullrank.probe.Linear;
import org.fullrank.probe.Pca;
import org.fullrank.probe.ProbeTable;
import org.fullrank.probe.Protocol;
import org.fullrank.probe.RawInput;
import org.fullrank.probe.Splits;

/// Measures the time and the accuracy of the probes on two kinds of features of a data set: the raw input,
/// and its first 128 principal components.
///
/// The arguments are the path of the data and, optionally, the number of threads (0 = all processors).
public final class ProbeBench {
    private static final int COMPONENTS = 128;

    private ProbeBench() {}

    /// Runs the benchmark.
    public static void main(String[] arguments) {
        Threads.use(Threads.resolve(arguments.length > 1 ? Integer.parseInt(arguments[1]) : 0));
        try (Dataset data = Dataset.open(DataSpec.of(arguments[0]))) {
            Splits raw = timed("read", () -> RawInput.of(data.items(Split.TRAIN), data.items(Split.TEST)));
            Protocol protocol = Protocol.of(EvaluatedData.of(data.fingerprint(), raw.train(), "test", raw.test()));
            System.out.print(protocol.text());
            probe(ProbeTable.RAW, raw, protocol);
            Pca pca = timed("PCA", () -> Pca.fit(raw.train(), COMPONENTS));
            probe("PCA-" + COMPONENTS, new Splits(pca.transform(raw.train()), pca.transform(raw.test())), protocol);
        }
    }

    private static void probe(String name, Splits splits, Protocol protocol) {
        var knn = protocol.knn();
        var linear = protocol.linear();
        if (knn != null) {
            timed(name + ", kNN", () -> Knn.evaluate(splits.train(), splits.test(), knn));
        }
        if (linear != null) {
            timed(name + ", linear", () -> Linear.evaluate(splits.train(), splits.test(), linear));
        }
    }

    private static <T> T timed(String name, Supplier<T> work) {
        long start = System.nanoTime();
        T result = work.get();
        double seconds = (System.nanoTime() - start) / 1e9;
        String shown = result instanceof Splits || result instanceof Pca ? "" : String.valueOf(result);
        System.out.println(String.format(Locale.ROOT, "%-20s %6.1f s  %s", name, seconds, shown));
        return result;
    }
}
