package org.fullrank.train;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Device;
import org.fullrank.view.Growth;
import org.fullrank.view.ImageViewGenerator;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewTensors;
import org.fullrank.view.ViewsAhead;
import org.jspecify.annotations.Nullable;

/// The views of each step. The first steps may have smaller views, see [Growth]. On a GPU the host makes the
/// views one step ahead; on a CPU the engine needs all processors.
final class StepViews implements AutoCloseable {
    /// The steps up to `end` with one size of views.
    private record Part(
            long end, ViewGenerator generator, @Nullable ViewsAhead ahead) {}

    /// The items of a step.
    interface Order {
        int[] items(long step);

        int epoch(long step);
    }

    private final List<Part> parts = new ArrayList<>();
    private final Order order;
    private final long totalSteps;
    private final Device device;

    /// @param full makes the views of full size
    StepViews(ViewGenerator full, Order order, int batch, long totalSteps, Device device) {
        this.order = order;
        this.totalSteps = totalSteps;
        this.device = device;
        double share = 0;
        if (full instanceof ImageViewGenerator images) {
            for (Growth part : images.spec().growth()) {
                share += part.share();
                add(Math.round(share * totalSteps), images.with(images.spec().ofOneSize(part.size())), batch);
            }
        }
        add(totalSteps, full, batch);
    }

    private void add(long end, ViewGenerator generator, int batch) {
        parts.add(new Part(end, generator, device == Device.CPU ? null : new ViewsAhead(generator, batch, device)));
    }

    private Part part(long step) {
        return parts.stream().filter(p -> step < p.end()).findFirst().orElse(parts.getLast());
    }

    /// The views of a step on the device, V x `[B, C, H, W]`, `[B, F]` or `[B, C, L]`. The caller's scope owns
    /// them.
    List<Tensor> of(long step) {
        Part now = part(step);
        if (now.ahead() == null) {
            return made(now.generator(), step);
        }
        List<Tensor> batch = now.ahead().take(order.items(step), order.epoch(step));
        ViewsAhead next = part(step + 1).ahead();
        if (next != null && step + 1 < totalSteps) {
            next.prepare(order.items(step + 1), order.epoch(step + 1));
        }
        return batch;
    }

    private List<Tensor> made(ViewGenerator generator, long step) {
        int[] items = order.items(step);
        var batch = new ArrayList<Tensor>();
        for (int v = 0; v < generator.views(); v++) {
            batch.add(ViewTensors.view(generator, items, order.epoch(step), v, device));
        }
        return batch;
    }

    @Override
    public void close() {
        for (Part part : parts) {
            if (part.ahead() != null) {
                part.ahead().close();
            }
        }
    }
}
