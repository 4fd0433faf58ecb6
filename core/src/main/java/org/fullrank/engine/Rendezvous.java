package org.fullrank.engine;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/// Brings the workers of a training together, and watches whether all of them live. Worker 0 listens at an
/// address. The others connect to it and get their instructions. Then all workers compare what they work
/// on, such as their data. Only workers that agree train together.
public final class Rendezvous implements AutoCloseable {
    /// How long worker 0 waits for the others, and the others for worker 0.
    static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final Duration BETWEEN_TRIES = Duration.ofMillis(300);
    /// What worker 0 prints before it waits for the others, followed by its address.
    public static final String WAITING = "rank 0 waits at ";

    private static final String GREETING = "fullrank workers 1";
    private static final String WELCOME = "";

    /// A place in the network.
    public record Address(String host, int port) {
        /// Reads `HOST:PORT`.
        ///
        /// @throws InputException when it is something else
        public static Address of(String text) {
            return of(text, 1);
        }

        /// Reads `HOST:PORT` of worker 0. With the port 0, the system chooses a free one.
        ///
        /// @throws InputException when it is something else
        public static Address toListen(String text) {
            return of(text, 0);
        }

        private static Address of(String text, int least) {
            int colon = text.lastIndexOf(':');
            String port = text.substring(colon + 1);
            boolean isPort = port.matches("\\d{1,5}") && Integer.parseInt(port) < 1 << 16;
            InputException.unless(
                    colon > 0 && isPort && Integer.parseInt(port) >= least,
                    "--rendezvous: found '%s', expected HOST:PORT with the address of worker 0, such as 10.0.0.5:29500",
                    text);
            return new Address(text.substring(0, colon).replaceAll("[\\[\\]]", ""), Integer.parseInt(port));
        }

        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    private final int rank;
    private final int size;
    private final Map<Integer, WorkerLink> links = new TreeMap<>();
    private final String order;
    private volatile int lost = -1;
    private WorkerGroup group = WorkerGroup.single();

    private Rendezvous(int rank, int size, String order) {
        this.rank = rank;
        this.size = size;
        this.order = order;
    }

    /// The place where worker 0 waits for the others.
    public static final class Host implements AutoCloseable {
        private final ServerSocket server;

        private Host(ServerSocket server) {
            this.server = server;
        }

        /// Listens at an address of this machine; with port 0, at a free port.
        ///
        /// @throws InputException when the address is not free or belongs to another machine
        public static Host at(Address address) {
            try {
                var server = new ServerSocket();
                server.setReuseAddress(true);
                server.bind(new InetSocketAddress(address.host(), address.port()));
                server.setSoTimeout(Math.toIntExact(BETWEEN_TRIES.toMillis()));
                return new Host(server);
            } catch (IOException | RuntimeException e) {
                throw new InputException(
                        "--rendezvous %s: cannot listen there (%s), expected a free port of this machine, because rank 0"
                                        .formatted(address, NativeErrors.line(e))
                                + " waits there; use another port or the address of this machine",
                        e);
            }
        }

        public int port() {
            return server.getLocalPort();
        }

        /// Whether only workers on this machine can connect, because the name of the host stands for a loopback
        /// address here.
        public boolean isLoopback() {
            return server.getInetAddress().isLoopbackAddress();
        }

        /// Waits for workers 1 to `size - 1` and gives them their order.
        ///
        /// @param software only workers with the same text are welcome
        /// @param meanwhile called several times a second; throws an exception to give up
        /// @throws JobException when not all have come in time
        public Rendezvous await(int size, String software, String order, Runnable meanwhile) {
            var met = new Rendezvous(0, size, order);
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            try {
                while (met.present() < size) {
                    meanwhile.run();
                    if (System.nanoTime() > deadline) {
                        throw new JobException(
                                "workers: found %d of %d after %d minutes, expected all; start the others with"
                                                .formatted(met.links.size() + 1, size, PATIENCE.toMinutes())
                                        + " the same --rendezvous and --world-size");
                    }
                    try {
                        met.admit(new WorkerLink(server.accept()), software);
                    } catch (SocketTimeoutException _) {
                        // nobody yet
                    } catch (IOException e) {
                        // Somebody who is no worker, or a worker that left again. It says so itself.
                    }
                }
                return met;
            } catch (RuntimeException e) {
                met.close();
                throw e;
            }
        }

        @Override
        public void close() {
            try {
                server.close();
            } catch (IOException e) {
                // There is nothing left to do with it.
            }
        }
    }

    /// The number of workers, with this one. Forgets those that have ended while the others come, so that they can be
    /// started again.
    private int present() {
        links.values().removeIf(link -> {
            boolean ended = !link.isConnected();
            if (ended) {
                link.close();
            }
            return ended;
        });
        return links.size() + 1;
    }

    private void admit(WorkerLink link, String software) throws IOException {
        try {
            if (!link.hear().equals(GREETING)) {
                throw new IOException("no worker");
            }
            String found = link.hear();
            int other = Integer.parseInt(link.hear());
            int world = Integer.parseInt(link.hear());
            String refusal = WELCOME;
            if (!found.equals(software)) {
                refusal = "worker %d: found %s, expected %s as on worker 0; install the same version"
                        .formatted(other, found, software);
            } else if (world != size) {
                refusal = "--world-size: found %d, expected %d as on worker 0".formatted(world, size);
            } else if (other < 1 || other >= size || links.containsKey(other)) {
                refusal =
                        ("--rank: found %d, which another worker has, expected another rank from 1 to %d; give each worker"
                                        + " its own")
                                .formatted(other, size - 1);
            }
            link.tell(refusal);
            if (!refusal.equals(WELCOME)) {
                throw new IOException(refusal);
            }
            link.tell(order);
            links.put(other, link);
        } catch (IOException | NumberFormatException e) {
            link.close();
            throw new IOException(e);
        }
    }

    /// Connects to worker 0 and gets the order. Waits until worker 0 listens.
    ///
    /// @throws InputException when worker 0 does not accept this worker, or the host has no address
    /// @throws JobException when worker 0 does not come in time
    public static Rendezvous join(Address address, int rank, int size, String software) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            var target = new InetSocketAddress(address.host(), address.port());
            InputException.when(
                    target.isUnresolved(),
                    "--rendezvous %s: found no machine of this name, expected the address of worker 0; check the name",
                    address);
            try {
                var socket = new Socket();
                socket.connect(target, Math.toIntExact(WorkerLink.SILENCE.toMillis()));
                return greet(new WorkerLink(socket), rank, size, software);
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw new JobException(
                            "--rendezvous %s: found no worker 0 after %d minutes (%s); start it with --rank 0, and check"
                                            .formatted(address, PATIENCE.toMinutes(), NativeErrors.line(e))
                                    + " the address and the firewall",
                            e);
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(BETWEEN_TRIES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JobException("workers: interrupted before worker 0 came", e);
        }
    }

    private static Rendezvous greet(WorkerLink link, int rank, int size, String software) throws IOException {
        try {
            for (String word : new String[] {GREETING, software, Integer.toString(rank), Integer.toString(size)}) {
                link.tell(word);
            }
            String refusal = link.hear();
            InputException.unless(refusal.equals(WELCOME), "%s", refusal);
            var met = new Rendezvous(rank, size, link.hear());
            met.links.put(0, link);
            return met;
        } catch (IOException | InputException e) {
            link.close();
            throw e;
        }
    }

    /// What worker 0 wants the others to do.
    public String order() {
        return order;
    }

    /// Compares facts with the other workers, and connects all for their work. The group belongs to this
    /// rendezvous.
    ///
    /// @param facts names and values that must be the same on all workers, such as the fingerprint of the data
    /// @param onLoss is run on another thread when the first worker ends unexpectedly, see [#lost]
    /// @throws InputException when a worker has other facts
    /// @throws JobException when a worker has ended
    public WorkerGroup connect(SequencedMap<String, String> facts, Runnable onLoss) {
        try {
            for (WorkerLink link : links.values()) {
                link.bePatient();
            }
            GlooWorkers.Store store = rank == 0 ? compare(facts) : agree(facts);
            for (var link : links.entrySet()) {
                link.getValue().watch(link.getKey().toString(), () -> noteLost(link.getKey(), onLoss));
            }
            group = GlooWorkers.join(store, firstLink().here().getHostAddress(), rank, size);
            return group;
        } catch (IOException e) {
            throw new JobException(
                    "worker %d of %d: another worker has ended before the start (%s); see its message"
                            .formatted(rank, size, NativeErrors.line(e)),
                    e);
        }
    }

    private WorkerLink firstLink() {
        return links.values().iterator().next();
    }

    /// Worker 0 compares the facts of all others with its own, and opens the place for Gloo.
    private GlooWorkers.Store compare(SequencedMap<String, String> facts) throws IOException {
        String refusal = WELCOME;
        for (var link : links.entrySet()) {
            for (var fact : facts.entrySet()) {
                String found = link.getValue().hear();
                if (!found.equals(fact.getValue()) && refusal.equals(WELCOME)) {
                    refusal =
                            "worker %d: found another %s (%s), expected the same as on worker 0 (%s); give it to all workers"
                                    .formatted(link.getKey(), fact.getKey(), found, fact.getValue());
                }
            }
        }
        for (WorkerLink link : links.values()) {
            link.tell(refusal);
        }
        InputException.unless(refusal.equals(WELCOME), "%s", refusal);
        var store = GlooWorkers.Store.open(firstLink().here());
        for (WorkerLink link : links.values()) {
            link.tell(store.address());
        }
        return store;
    }

    private GlooWorkers.Store agree(SequencedMap<String, String> facts) throws IOException {
        for (String fact : facts.values()) {
            firstLink().tell(fact);
        }
        String refusal = firstLink().hear();
        InputException.unless(refusal.equals(WELCOME), "%s", refusal);
        String address = firstLink().hear();
        return GlooWorkers.Store.connect(firstLink().there().getHostAddress(), address, WorkerLink.SILENCE);
    }

    private void noteLost(int other, Runnable onLoss) {
        synchronized (this) {
            if (lost >= 0) {
                return;
            }
            lost = other;
        }
        onLoss.run();
    }

    /// The number of the first worker that has ended unexpectedly; -1 if all live. Worker 0 watches all
    /// others, and each of them watches worker 0.
    public int lost() {
        return lost;
    }

    /// Tells the others that this worker ends as agreed.
    public void bye() {
        links.values().forEach(WorkerLink::bye);
    }

    /// Closes the connections. Without [#bye], the other workers end too.
    @Override
    public void close() {
        links.values().forEach(WorkerLink::close);
        group.close();
    }
}
