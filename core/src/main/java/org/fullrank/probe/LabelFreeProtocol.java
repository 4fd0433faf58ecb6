package org.fullrank.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import org.fullrank.data.Dataset;
import org.fullrank.data.Items;
import org.fullrank.data.SamplingOrder;
import org.fullrank.data.Split;
import org.fullrank.data.TrainTest;
import org.fullrank.engine.InputException;

/// Measures every checkpoint of a run without labels, on the pretraining items.
public record LabelFreeProtocol() implements Evaluation {
    @Override
    public String name() {
        return "label-free";
    }

    /// Measures all checkpoints in the order of their steps. If two checkpoints have the same step, only one
    /// is measured.
    ///
    /// @throws InputException when there are fewer than two items
    @Override
    public LabelFree run(Subject subject) {
        Dataset data = subject.data();
        Items all = data.pretraining();
        int[] order = SamplingOrder.epoch(0, 0, all.size());
        Items items = all.subset(Arrays.copyOf(order, Math.min(LabelFree.ROWS, order.length)));
        InputException.when(
                items.size() < 2, "label-free: found %d items, expected at least 2; use more data", items.size());
        boolean labeled =
                data.splits().contains(Split.TRAIN) && data.items(Split.TRAIN).labels() != null;
        TrainTest asked = labeled ? data.forEvaluation() : null;
        var rows = new ArrayList<LabelFree.Row>();
        subject.eachCheckpoint(checkpoint -> {
            if (rows.stream().noneMatch(r -> r.step() == checkpoint.step())) {
                rows.add(CheckpointMeasures.row(checkpoint, items, asked));
            }
        });
        rows.sort(Comparator.comparingLong(LabelFree.Row::step));
        Split split = data.splits().contains(Split.UNLABELED) ? Split.UNLABELED : Split.TRAIN;
        return new LabelFree(LabelFree.describe(data.fingerprint(), split.label(), items.size(), labeled), rows);
    }
}
