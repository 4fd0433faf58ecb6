package org.fullrank.train;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import java.util.function.LongToIntFunction;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.view.Growth;
import org.fullrank.view.ImageViewGenerator;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewTensors;
import org.fullrank.view.ViewsAhead;
import org.jspecify.annotations.Nullable;

/// The views of each step. The first steps may have smaller views, see [Growth]. They can be made one step
/// ahead, on a background thread.
final class StepViews implements AutoCloseable {
    /// The steps from the end of the previous part up to `end`. All views of a part have the same size.
    private record Part(long end, ViewGenerator generator) {}

    /// The items and the epoch of each step.
    ///
    /// @param items gives the indices of the items of a step whose views this worker makes
    /// @param epoch gives the epoch of a step
    /// @param batch number of these items
    /// @param total number of steps of the training
    record Order(LongFunction<int[]> items, LongToIntFunction epoch, int batch, long total) {}

    private final List<Part> parts = new ArrayList<>();
    private final Order order;
    private final Device device;
    private final boolean isAhead;
    /// Makes the views of one part; null before the first step, or if views are not made ahead.
    private @Nullable ViewsAhead ahead;
    /// The maker of the previous part, whose last views may still be in use.
    private @Nullable ViewsAhead before;

    /// The part whose views `ahead` makes.
    private @Nullable Part aheadOf;

    /// @param full makes the views of full size
    /// @param isAhead whether views are made one step ahead. This is for a GPU, and for a step that leaves a
    ///     processor idle. Otherwise, libtorch needs all processors for the step
    /// @throws InputException when a part has no step
    StepViews(ViewGenerator full, Order order, Device device, boolean isAhead) {
        this.order = order;
        this.device = device;
        this.isAhead = isAhead;
        double share = 0;
        if (full instanceof ImageViewGenerator images) {
            for (Growth part : images.spec().growth()) {
                share += part.share();
                ViewGenerator small = images.with(images.spec().withSize(part.size()));
                parts.add(new Part(Math.round(share * order.total), small));
            }
        }
        parts.add(new Part(order.total, full));
        for (int i = 1; i < parts.size(); i++) {
            InputException.unless(
                    parts.get(i - 1).end > 0 && parts.get(i).end > parts.get(i - 1).end,
                    "views.growth: found a training of %d steps, expected at least one step for each size; raise"
                            + " train.epochs or leave out views.growth",
                    order.total);
        }
    }

    private Part part(long step) {
        return parts.stream().filter(p -> step < p.end).findFirst().orElse(parts.getLast());
    }

    /// The views of a step on the device, V x `[B, C, H, W]`, `[B, F]` or `[B, C, L]`. The caller's scope owns
    /// them. They are valid until the next call.
    List<Tensor> of(long step) {
        if (!isAhead) {
            return made(part(step).generator, step);
        }
        List<Tensor> batch = maker(part(step)).take(order.items.apply(step), order.epoch.applyAsInt(step));
        if (step + 1 < order.total) {
            maker(part(step + 1)).prepare(order.items.apply(step + 1), order.epoch.applyAsInt(step + 1));
        }
        return batch;
    }

    private ViewsAhead maker(Part part) {
        ViewsAhead now = ahead;
        if (now == null || part != aheadOf) {
            if (before != null) {
                before.close();
            }
            before = now;
            now = new ViewsAhead(part.generator, order.batch, device);
            ahead = now;
            aheadOf = part;
        }
        return now;
    }

    private List<Tensor> made(ViewGenerator generator, long step) {
        int[] items = order.items.apply(step);
        var batch = new ArrayList<Tensor>();
        for (int v = 0; v < generator.views(); v++) {
            batch.add(ViewTensors.view(generator, items, order.epoch.applyAsInt(step), v, device));
        }
        return batch;
    }

    @Override
    public void close() {
        if (before != null) {
            before.close();
        }
        if (ahead != null) {
            ahead.close();
        }
    }
}
