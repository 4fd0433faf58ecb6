package org.fullrank.spark;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.fullrank.data.Items;
import org.fullrank.engine.InputException;
import org.fullrank.probe.Embedder;
import org.fullrank.probe.Features;
import org.fullrank.trained.TrainedEncoder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Embeds the rows of one partition in batches, while they are read.
///
/// Each batch has [Embedder#BATCH] items, as in `fullrank embed` of at least so many items. The last batch of a
/// partition is filled up with copies of its last item. In a smaller batch, matrix products can round
/// differently. So the embeddings are bitwise equal to those of the command, and do not depend on the
/// partitions.
///
/// @param <I> one decoded item
final class PartEmbedder<I> implements Iterator<Row> {
    private static final Logger LOG = LoggerFactory.getLogger(PartEmbedder.class);

    private final EmbedSettings settings;
    private final Iterator<Row> input;
    private final Consumer<TrainedEncoder> requireFit;
    private final BiFunction<TrainedEncoder, Row, I> decode;
    private final Function<List<I>, Items> join;
    private final ArrayDeque<Row> ready = new ArrayDeque<>();

    /// @param input rows whose first column is the name
    /// @param decode reads the item in a row; throws [InputException] for a bad one
    /// @param join makes one data set of some items
    PartEmbedder(
            EmbedSettings settings,
            Iterator<Row> input,
            Consumer<TrainedEncoder> requireFit,
            BiFunction<TrainedEncoder, Row, I> decode,
            Function<List<I>, Items> join) {
        this.settings = settings;
        this.input = input;
        this.requireFit = requireFit;
        this.decode = decode;
        this.join = join;
    }

    @Override
    public boolean hasNext() {
        while (ready.isEmpty() && input.hasNext()) {
            fill();
        }
        return !ready.isEmpty();
    }

    @Override
    public Row next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return ready.remove();
    }

    private void fill() {
        TrainedEncoder encoder = SharedEncoder.of(settings);
        requireFit.accept(encoder); // a wrong option is not a bad row
        List<Object> names = new ArrayList<>();
        List<I> items = new ArrayList<>();
        while (items.size() < Embedder.BATCH && input.hasNext()) {
            Row row = input.next();
            try {
                items.add(decode.apply(encoder, row));
                names.add(row.get(0));
            } catch (InputException e) {
                skip(e);
            }
        }
        if (!items.isEmpty()) {
            while (items.size() < Embedder.BATCH) {
                items.add(items.getLast());
            }
            Features features = encoder.embed(join.apply(items));
            for (int i = 0; i < names.size(); i++) {
                ready.add(RowFactory.create(names.get(i), row(features, i)));
            }
        }
    }

    private void skip(InputException e) {
        var skipped = settings.skipped();
        if (skipped == null) {
            throw e;
        }
        skipped.add(1);
        LOG.warn("skipped: {}", e.getMessage());
    }

    private static Float[] row(Features features, int row) {
        Float[] values = new Float[features.width()];
        for (int i = 0; i < values.length; i++) {
            values[i] = features.values()[row * values.length + i];
        }
        return values;
    }
}
