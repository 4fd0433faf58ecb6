package org.fullrank.trained;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.fullrank.data.Images;
import org.fullrank.data.Items;
import org.fullrank.data.Labels;
import org.fullrank.data.SamplingOrder;
import org.fullrank.data.SeriesShape;
import org.fullrank.data.Vectors;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.engine.Threads;
import org.fullrank.export.OnnxCheck;
import org.fullrank.export.OnnxEncoder;
import org.fullrank.file.AtomicFile;
import org.fullrank.probe.Features;
import org.fullrank.probe.Knn;
import org.fullrank.probe.KnnProtocol;
import org.jspecify.annotations.Nullable;

/// A model of 8 bits that was written, after its kNN accuracy was compared with that of the encoder.
///
/// @param file of the model
/// @param bytes its size
/// @param input its input in words
/// @param width columns D of its output
/// @param accuracy kNN accuracy of the encoder
/// @param int8Accuracy that of the model
/// @param items number of test items of both
public record Int8Export(
        Path file, long bytes, String input, int width, double accuracy, double int8Accuracy, int items) {
    /// A model that loses more is not written: one point.
    public static final double MOST_LOST = 0.01;
    /// A model whose embeddings have a smaller mean cosine to those of the encoder is not written. kNN accuracy alone
    /// shows little if the encoder is weak.
    public static final double LEAST_COSINE = 0.98;

    /// Train items whose activations are measured. Ranges hardly change after some tens.
    private static final int CALIBRATED = 200;
    /// Most items of the bank and of the queries of the kNN accuracy.
    private static final int BANK = 5000;

    private static final int QUERIES = 2000;

    private static final String NO_LABELS =
            "--int8: found no labels, expected a class for each item; name labeled data with --calibrate PATH";

    /// Writes the model.
    ///
    /// @param out the file; it is replaced only by a model that is accurate
    /// @param trained with labels
    /// @param input what the model reads in place of images
    /// @param layer name of a block whose pooled output is the result; null: the representation
    /// @param notes what a reader of the file should know, by name
    /// @throws InputException when there are no labels, or when the encoder has no such model
    /// @throws JobException when the model loses more than [#MOST_LOST]
    public static Int8Export write(
            Path out, Trained trained, OnnxEncoder.Input input, @Nullable String layer, Map<String, String> notes) {
        InputException.when(trained.data().classNames().isEmpty(), NO_LABELS);
        int threads = Threads.resolve(trained.recipe().train().threads());
        var settings = OnnxExport.settings(trained.recipe(), input, layer, notes, List.of());
        var model = new OnnxEncoder(
                trained.method().encoder(),
                trained.views().shape(),
                trained.views().scale(),
                settings);
        Items bank = some(trained.items().train(), BANK);
        Items queries = some(trained.items().test(), QUERIES);
        Iterable<OnnxEncoder.Sample> samples = () -> samples(model, some(bank, CALIBRATED));
        byte[] bytes = model.toInt8(samples, threads);
        Features exact = ExportedClassifier.features(trained, queries, layer);
        double accuracy = accuracy(ExportedClassifier.features(trained, bank, layer), exact);
        double int8;
        try (var check = new OnnxCheck(bytes, threads)) {
            Features rounded = features(model, check, queries);
            int8 = accuracy(features(model, check, bank), rounded);
            requireSame(out, accuracy, int8, cosine(exact, rounded));
        }
        AtomicFile.write(out, bytes);
        return new Int8Export(out, bytes.length, model.inputText(), model.width(), accuracy, int8, queries.size());
    }

    /// @param cosine mean cosine of the embeddings of the encoder and of the model
    /// @throws JobException when the model is worse, or when its embeddings have other directions
    static void requireSame(Path out, double accuracy, double int8, double cosine) {
        if (accuracy - int8 > MOST_LOST || !(cosine >= LEAST_COSINE)) {
            throw new JobException(
                    "export %s: found a kNN accuracy of %.4f with 8 bits and embeddings with a cosine of %.3f to those of the"
                                    .formatted(out, int8, cosine)
                            + " encoder, expected at least %.4f and %.2f; nothing was written, leave --int8 out"
                                    .formatted(accuracy - MOST_LOST, LEAST_COSINE));
        }
    }

    /// The mean cosine of the rows of two matrices.
    static double cosine(Features a, Features b) {
        double sum = 0;
        for (int row = 0; row < a.rows(); row++) {
            double dot = 0;
            double first = 0;
            double second = 0;
            for (int i = row * a.width(); i < (row + 1) * a.width(); i++) {
                dot += (double) a.values()[i] * b.values()[i];
                first += (double) a.values()[i] * a.values()[i];
                second += (double) b.values()[i] * b.values()[i];
            }
            sum += dot / Math.sqrt(Math.max(first * second, Double.MIN_NORMAL));
        }
        return sum / a.rows();
    }

    /// At most `count` items from the start of a fixed order.
    private static Items some(Items items, int count) {
        int[] order = SamplingOrder.epoch(0, 0, items.size());
        return items.subset(Arrays.copyOf(order, Math.min(count, order.length)));
    }

    private static double accuracy(Features bank, Features queries) {
        return Knn.evaluate(bank, queries, KnnProtocol.defaults()).share();
    }

    private static Iterator<OnnxEncoder.Sample> samples(OnnxEncoder model, Items items) {
        return IntStream.range(0, items.size())
                .mapToObj(i -> sample(model, items, i))
                .iterator();
    }

    /// Raw values of an item.
    private static OnnxEncoder.Sample sample(OnnxEncoder model, Items items, int i) {
        return switch (items) {
            case Images images -> {
                InputException.unless(
                        model.readsImages(), "--int8: found --input uint8 or float, expected image; leave --input out");
                byte[] bytes = images.copy(i);
                float[] values = new float[bytes.length];
                for (int k = 0; k < bytes.length; k++) {
                    values[k] = bytes[k] & 0xFF;
                }
                yield new OnnxEncoder.Sample(values, images.height(i), images.width(i), images.channels());
            }
            case Vectors vectors -> {
                SeriesShape series = vectors.series();
                yield series == null
                        ? new OnnxEncoder.Sample(vectors.copy(i), vectors.features())
                        : new OnnxEncoder.Sample(vectors.copy(i), series.channels(), series.length());
            }
            default -> throw new InputException("--int8: found neither images nor rows, expected one of them");
        };
    }

    private static Features features(OnnxEncoder model, OnnxCheck check, Items items) {
        int width = model.width();
        float[] values = new float[Math.multiplyExact(items.size(), width)];
        for (int i = 0; i < items.size(); i++) {
            OnnxEncoder.Sample sample = sample(model, items, i);
            float[] row = check.run(sample.values(), model.readsBytes(), sample.sizes())[0];
            System.arraycopy(row, 0, values, i * width, width);
        }
        Labels labels = items.labels();
        if (labels == null) {
            throw new InputException(NO_LABELS);
        }
        return new Features(values, width, labels.classes(), labels.names());
    }
}
