package org.fullrank.engine;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.FileStore;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.TensorTensorHook;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Workers that are connected by Gloo, the collective operations of libtorch over TCP. Gloo works on contiguous
/// tensors in host memory. Other tensors are copied there and back.
///
/// A worker that ends closes its connections. The operations of the others then fail at once.
public final class GlooWorkers implements WorkerGroup {
    /// How long an operation waits for the other workers. The limit is long, because the others wait while worker
    /// 0 makes a check. If a worker ends, its connections close, and the others notice at once.
    static final Duration LONGEST_WAIT = Duration.ofHours(24);

    /// How long a worker waits until it is connected with all others. Longer means that a firewall is between them.
    private static final Duration CONNECTING = Duration.ofMinutes(2);

    /// For a file store: how many workers will come is not known to it.
    private static final int ANY_NUMBER = -1;

    private static final String LOST = "lost the connection to another worker";

    static {
        Natives.load();
    }

    private final int rank;
    private final int size;
    private final org.bytedeco.pytorch.Store store;
    private final ProcessGroupGloo gloo;
    private final SumHook hook;

    /// The place where the workers find each other. Worker 0 opens it before the others connect. On one machine,
    /// it is a file in a folder that only the user can read, so that no port is open to the network. Otherwise,
    /// it is a port of worker 0.
    public static final class Store implements AutoCloseable {
        private static final String FILE = "file:";

        private final org.bytedeco.pytorch.Store store;
        private final String address;

        private Store(org.bytedeco.pytorch.Store store, String address) {
            this.store = store;
            this.address = address;
        }

        /// Opens the place.
        ///
        /// @param here address of this machine, as the other workers see it
        /// @throws JobException when the file or the port cannot be opened
        public static Store open(InetAddress here) {
            if (!here.isLoopbackAddress()) {
                TCPStore store = ofPort(here.getHostAddress(), 0, true, Duration.ofMinutes(1));
                return new Store(store, Integer.toString(Short.toUnsignedInt(store.getPort())));
            }
            try {
                Path folder = Files.createTempDirectory("fullrank-workers");
                Path file = folder.resolve("store");
                folder.toFile().deleteOnExit();
                file.toFile().deleteOnExit(); // in reverse order: the file first
                return ofFile(file);
            } catch (IOException e) {
                throw new JobException(
                        "workers: cannot make a temporary folder (%s); free space in it".formatted(e), e);
            }
        }

        /// Connects to the place that worker 0 has opened.
        ///
        /// @param host of worker 0
        /// @param address of its place, see [#address]
        public static Store connect(String host, String address, Duration patience) {
            return address.startsWith(FILE)
                    ? ofFile(Path.of(address.substring(FILE.length())))
                    : new Store(ofPort(host, Integer.parseInt(address), false, patience), address);
        }

        private static Store ofFile(Path file) {
            return new Store(new FileStore(file.toString(), ANY_NUMBER).retainReference(), FILE + file);
        }

        private static TCPStore ofPort(String host, int port, boolean isServer, Duration patience) {
            try (var options = new TCPStoreOptions();
                    var wait = new Milliseconds(patience.toMillis())) {
                // The server in libuv is not part of this build.
                options.useLibUV(false).isServer(isServer).waitWorkers(false).timeout(wait);
                options.port((short) port);
                return new TCPStore(host, options).retainReference();
            } catch (RuntimeException e) {
                throw new JobException(
                        "workers: cannot connect to %s port %d (%s); check the address and the firewall"
                                .formatted(host, port, NativeErrors.line(e)),
                        e);
            }
        }

        /// The place for [#connect].
        public String address() {
            return address;
        }

        @Override
        public void close() {
            store.close();
        }
    }

    private GlooWorkers(int rank, int size, org.bytedeco.pytorch.Store store, ProcessGroupGloo gloo) {
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
                var connecting = new Milliseconds(CONNECTING.toMillis());
                var wait = new Milliseconds(LONGEST_WAIT.toMillis())) {
            var options = new ProcessGroupGloo.Options(connecting);
            options.devices(new GlooDeviceVector(ProcessGroupGloo.createDeviceForHostname(address)));
            var gloo = new ProcessGroupGloo(store.store, rank, size, options);
            gloo.allreduce(new TensorVector(Tensors.zeros(Device.CPU, ScalarType.Double, 1)))
                    ._wait(); // all are there
            gloo.setTimeout(wait);
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
