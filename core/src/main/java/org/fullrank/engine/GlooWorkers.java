package org.fullrank.engine;

import java.time.Duration;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.TensorTensorHook;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;

/// Workers that are connected by Gloo, the collective operations of libtorch over TCP. Gloo works on contiguous
/// tensors in host memory. Other tensors are copied there and back.
///
/// A worker that ends closes its connections. The operations of the others then fail at once.
public final class GlooWorkers implements WorkerGroup {
    /// How long an operation waits for the other workers. The limit is long, because the others wait while worker
    /// 0 makes a check. If a worker ends, its connections close, and the others notice at once.
    static final Duration LONGEST_WAIT = Duration.ofHours(24);

    private static final String LOST = "lost the connection to another worker";

    static {
        Natives.load();
    }

    private final int rank;
    private final int size;
    private final TCPStore store;
    private final ProcessGroupGloo gloo;
    private final SumHook hook;

    /// The place where the workers find each other. Worker 0 opens it before the others connect.
    public static final class Store implements AutoCloseable {
        private final TCPStore store;

        private Store(TCPStore store) {
            this.store = store;
        }

        /// Opens the place on a free port of this machine.
        public static Store open(String host) {
            return connected(host, 0, true, Duration.ofMinutes(1));
        }

        /// Connects to the place that worker 0 has opened.
        public static Store connect(String host, int port, Duration patience) {
            return connected(host, port, false, patience);
        }

        private static Store connected(String host, int port, boolean isServer, Duration patience) {
            try (var options = new TCPStoreOptions();
                    var wait = new Milliseconds(patience.toMillis())) {
                // The server in libuv is not part of this build.
                options.useLibUV(false).isServer(isServer).waitWorkers(false).timeout(wait);
                options.port((short) port);
                return new Store(new TCPStore(host, options).retainReference());
            } catch (RuntimeException e) {
                throw new JobException(
                        "workers: cannot connect to %s port %d (%s); check the address and the firewall"
                                .formatted(host, port, NativeErrors.line(e)),
                        e);
            }
        }

        /// The port for [#connect].
        public int port() {
            return Short.toUnsignedInt(store.getPort());
        }

        @Override
        public void close() {
            store.close();
        }
    }

    private GlooWorkers(int rank, int size, TCPStore store, ProcessGroupGloo gloo) {
        this.rank = rank;
        this.size = size;
        this.store = store;
        this.gloo = gloo;
        hook = new SumHook();
        hook.retainReference(); // outlives the scope of the caller
    }

    /// Connects this worker with all others. Returns when all are connected. The group owns `store`.
    ///
    /// @param address of this machine, as the other workers see it
    /// @throws JobException when the others do not come
    public static GlooWorkers join(Store store, String address, int rank, int size) {
        try (var scope = Scope.open();
                var quiet = QuietOutput.open();
                var wait = new Milliseconds(LONGEST_WAIT.toMillis())) {
            var options = new ProcessGroupGloo.Options(wait);
            options.devices(new GlooDeviceVector(ProcessGroupGloo.createDeviceForHostname(address)));
            var gloo = new ProcessGroupGloo(store.store, rank, size, options);
            return new GlooWorkers(rank, size, store.store, scope.keep(gloo));
        } catch (RuntimeException e) {
            throw new JobException(
                    "worker %d of %d: cannot connect to the others from %s (%s); check that all workers run and that"
                                    .formatted(rank, size, address, NativeErrors.line(e))
                            + " no firewall is between them",
                    e);
        }
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public void sum(Tensor t) {
        onHost(t, host -> gloo.allreduce(new TensorVector(host)));
    }

    @Override
    public void broadcast(Tensor t) {
        onHost(t, host -> gloo.broadcast(new TensorVector(host), new BroadcastOptions().rootRank(0)));
    }

    @Override
    public Tensor gather(Tensor own) {
        try (var off = Gradients.off()) {
            Tensor host = Tensors.to(own.detach(), Device.CPU).contiguous();
            long[] shape = Tensors.shape(host);
            shape[0] *= size;
            Tensor all = Tensors.empty(host.scalar_type().intern(), shape);
            complete(gloo._allgather_base(all, host));
            return Tensors.to(all, Device.of(own));
        }
    }

    @Override
    public void sumGradient(Tensor t) {
        t.register_hook(hook);
    }

    /// An operation on contiguous tensors in host memory.
    private interface Operation {
        Work start(Tensor host);
    }

    private void onHost(Tensor t, Operation operation) {
        try (var scope = Scope.withoutGradients()) {
            Tensor values = t.detach();
            Tensor host = Tensors.to(values, Device.CPU).contiguous();
            complete(operation.start(host));
            if (!host.data_ptr().equals(values.data_ptr())) {
                values.copy_(host);
            }
        }
    }

    /// Whether an operation failed because another worker has ended. A failure in a backward pass passes through
    /// libtorch, which keeps only its message.
    public static boolean isLoss(JobException e) {
        return String.valueOf(e.getMessage()).contains(LOST);
    }

    private void complete(Work work) {
        try {
            work._wait();
        } catch (RuntimeException e) {
            throw new JobException(
                    "worker %d of %d: %s (%s); start all workers again with --resume"
                            .formatted(rank, size, LOST, NativeErrors.line(e)),
                    e);
        }
    }

    /// Sums a gradient. One instance serves all tensors, because it has no state of its own.
    private final class SumHook extends TensorTensorHook {
        @Override
        public TensorBase call(TensorBase gradient) {
            try (var off = Gradients.off()) {
                Tensor summed = new Tensor(gradient).clone();
                sum(summed);
                return summed;
            }
        }
    }

    @Override
    public void close() {
        for (Pointer owned : new Pointer[] {gloo, store, hook}) {
            owned.close();
        }
    }
}
