package org.fullrank.view;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Device;
import org.fullrank.engine.JobException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

/// Makes the views of the next batch on a background thread while the engine computes. There are two buffers
/// on the host: the views of the current batch and of the next one. The views have the same bits as views that
/// are made when they are needed, because a view depends only on its key.
///
/// On a GPU the buffers are pinned, so that the copy does not wait for the engine. A buffer is filled again
/// one batch after its copy. The caller reads the loss of each batch, so the copy has ended by then.
public final class ViewsAhead implements AutoCloseable {
    /// The host memory of one batch, V x `[B, H, W, C]` or V x `[B, F]`.
    private record Buffer(List<Tensor> tensors, List<MemorySegment> memory) {}

    /// Views that are being made.
    private record Pending(int[] indices, int epoch, Buffer buffer, Future<?> done) {
        boolean is(int[] wanted, int when) {
            return epoch == when && Arrays.equals(indices, wanted);
        }
    }

    private final ViewGenerator generator;
    private final Device device;
    private final Buffer[] buffers = new Buffer[2];
    private final ExecutorService maker = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("views ahead").factory());
    private int next;
    private @Nullable Pending pending;

    /// @param batch items of each batch
    public ViewsAhead(ViewGenerator generator, int batch, Device device) {
        this.generator = generator;
        this.device = device;
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = buffer(batch);
        }
    }

    private Buffer buffer(int batch) {
        try (var scope = Scope.withoutGradients()) {
            var tensors = new ArrayList<Tensor>();
            for (int v = 0; v < generator.views(); v++) {
                Tensor host = ViewTensors.host(generator, batch);
                tensors.add(scope.keep(device == Device.CPU ? host : host.pin_memory()));
            }
            return new Buffer(tensors, tensors.stream().map(Tensors::segment).toList());
        }
    }

    /// Starts to make the views of a batch.
    ///
    /// @param indices as many items as the batch has
    public void prepare(int[] indices, int epoch) {
        pending = begun(indices.clone(), epoch);
    }

    private Pending begun(int[] indices, int epoch) {
        Buffer buffer = buffers[next];
        next = 1 - next;
        return new Pending(indices, epoch, buffer, maker.submit(() -> fill(indices, epoch, buffer)));
    }

    private void fill(int[] indices, int epoch, Buffer buffer) {
        for (int v = 0; v < buffer.memory().size(); v++) {
            generator.fill(indices, epoch, v, buffer.memory().get(v));
        }
    }

    /// The views of a batch on the device, V x `[B, C, H, W]` or V x `[B, F]`. They are made now if they were
    /// not prepared. The caller's scope owns them. They are valid until the next but one call.
    public List<Tensor> take(int[] indices, int epoch) {
        Pending made = pending;
        pending = null;
        if (made == null || !made.is(indices, epoch)) {
            made = begun(indices, epoch);
        }
        await(made);
        return made.buffer().tensors().stream().map(this::onDevice).toList();
    }

    private Tensor onDevice(Tensor host) {
        return ViewTensors.channelsFirst(device == Device.CPU ? host : Tensors.sendPinned(host, device));
    }

    private static void await(Pending views) {
        try {
            views.done().get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new JobException("views: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JobException("views: interrupted", e);
        }
    }

    /// Waits until the maker has ended, because it writes to the buffers. An error in views that nobody takes
    /// does not matter.
    @Override
    public void close() {
        maker.close();
        for (Buffer buffer : buffers) {
            buffer.tensors().forEach(Tensor::close);
        }
    }
}
