package org.fullrank.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Socket;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.fullrank.engine.Rendezvous.Address;
import org.fullrank.engine.Rendezvous.Host;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RendezvousTest {
    private static final String HERE = "127.0.0.1";
    private static final String VERSION = "version 1";
    private static final Runnable NOTHING = () -> {};

    private static SequencedMap<String, String> facts(String data) {
        var facts = new LinkedHashMap<String, String>();
        facts.put("recipe", "r");
        facts.put("data set", data);
        return facts;
    }

    private static Rendezvous join(int port, int rank, int size) {
        return Rendezvous.join(new Address(HERE, port), rank, size, VERSION);
    }

    private static <T> CompletableFuture<T> later(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, task -> Thread.ofPlatform().start(task));
    }

    @Test
    void workersGetTheOrderAndComputeTogether() {
        try (var host = Host.at(new Address(HERE, 0))) {
            var others = new CompletableFuture<?>[2];
            for (int rank = 1; rank <= 2; rank++) {
                int own = rank;
                others[rank - 1] = later(() -> {
                    try (var met = join(host.port(), own, 3)) {
                        assertThat(met.order()).isEqualTo("train");
                        long sum = met.connect(facts("d"), NOTHING).sum(own);
                        met.bye();
                        return sum;
                    }
                });
            }
            try (var met = host.await(3, VERSION, "train", NOTHING)) {
                assertThat(met.connect(facts("d"), NOTHING).sum(10L)).isEqualTo(13);
                assertThat(others).allSatisfy(sum -> assertThat(sum.join()).isEqualTo(13L));
                assertThat(met.lost()).isNegative();
            }
        }
    }

    @Test
    void aWorkerWithOtherDataIsRefusedOnBothSides() {
        try (var host = Host.at(new Address(HERE, 0))) {
            var other = later(() -> {
                try (var met = join(host.port(), 1, 2)) {
                    return met.connect(facts("other"), NOTHING);
                }
            });
            String line =
                    "worker 1: found another data set (other), expected the same as on worker 0 (d); give it to all"
                            + " workers";
            try (var met = host.await(2, VERSION, "train", NOTHING)) {
                assertThatThrownBy(() -> met.connect(facts("d"), NOTHING))
                        .isInstanceOf(InputException.class)
                        .hasMessage(line);
            }
            assertThatThrownBy(other::join)
                    .isInstanceOf(CompletionException.class)
                    .hasRootCauseInstanceOf(InputException.class)
                    .hasRootCauseMessage(line);
        }
    }

    @Test
    void wrongNumbersAndVersionsAreRefusedWhileTheHostWaits() throws Exception {
        try (var host = Host.at(new Address(HERE, 0))) {
            var first = later(() -> host.await(3, VERSION, "train", NOTHING));
            try (var stranger = new Socket(HERE, host.port())) {
                stranger.getOutputStream()
                        .write("GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                stranger.shutdownOutput();
            }
            assertThatThrownBy(() -> join(host.port(), 1, 4))
                    .isInstanceOf(InputException.class)
                    .hasMessage("--world-size: found 4, expected 3 as on worker 0");
            try (var one = join(host.port(), 1, 3)) {
                assertThatThrownBy(() -> join(host.port(), 1, 3))
                        .isInstanceOf(InputException.class)
                        .hasMessageContaining("--rank: found 1, which another worker has");
                assertThatThrownBy(() -> Rendezvous.join(new Address(HERE, host.port()), 2, 3, "version 2"))
                        .isInstanceOf(InputException.class)
                        .hasMessage(
                                "worker 2: found version 2, expected version 1 as on worker 0; install the same version");
                try (var two = join(host.port(), 2, 3);
                        var met = first.join()) {
                    assertThat(one.order() + two.order() + met.order()).isEqualTo("traintraintrain");
                }
            }
        }
    }

    @Test
    void aWorkerThatEndsBeforeTheStartCanBeStartedAgain() {
        try (var host = Host.at(new Address(HERE, 0))) {
            var first = later(() -> host.await(3, VERSION, "train", NOTHING));
            join(host.port(), 1, 3).close();
            var others = new CompletableFuture<?>[2];
            for (int rank = 1; rank <= 2; rank++) {
                int own = rank;
                others[rank - 1] = later(() -> {
                    try (var met = again(host.port(), own)) {
                        long sum = met.connect(facts("d"), NOTHING).sum(own);
                        met.bye();
                        return sum;
                    }
                });
            }
            try (var met = first.join()) {
                assertThat(met.connect(facts("d"), NOTHING).sum(10L)).isEqualTo(13);
                assertThat(others).allSatisfy(sum -> assertThat(sum.join()).isEqualTo(13L));
            }
        }
    }

    /// Joins as soon as the host has noticed that the worker with this number has ended.
    private static Rendezvous again(int port, int rank) {
        while (true) {
            try {
                return join(port, rank, 3);
            } catch (InputException e) {
                assertThat(e).hasMessageContaining("which another worker has");
            }
        }
    }

    @Test
    void aWorkerThatEndsWithoutAWordIsLost() throws InterruptedException {
        try (var host = Host.at(new Address(HERE, 0))) {
            var other = later(() -> {
                try (var met = join(host.port(), 1, 2)) {
                    return met.connect(facts("d"), NOTHING).size();
                }
            });
            var lost = new CountDownLatch(1);
            try (var met = host.await(2, VERSION, "train", NOTHING)) {
                WorkerGroup group = met.connect(facts("d"), lost::countDown);
                other.join();
                assertThat(lost.await(30, TimeUnit.SECONDS)).isTrue();
                assertThat(met.lost()).isEqualTo(1);
                assertThatThrownBy(() -> group.sum(1L))
                        .isInstanceOf(JobException.class)
                        .satisfies(e ->
                                assertThat(GlooWorkers.isLoss((JobException) e)).isTrue());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "host", ":29500", "host:", "host:0", "host:65536", "host:x"})
    void anAddressNeedsHostAndPort(String text) {
        assertThatThrownBy(() -> Address.of(text))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("--rendezvous: found '" + text + "', expected HOST:PORT");
    }

    @Test
    void anAddressMayBeOfTheSixthVersion() {
        assertThat(Address.of("[::1]:29500")).isEqualTo(new Address("::1", 29500));
    }

    @Test
    void usedPortsAndUnknownMachinesAreRefused() {
        try (var host = Host.at(new Address(HERE, 0))) {
            assertThatThrownBy(() -> Host.at(new Address(HERE, host.port())))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("cannot listen there");
        }
        assertThatThrownBy(() -> Rendezvous.join(new Address("nowhere.invalid", 29500), 1, 2, VERSION))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found no machine of this name");
    }
}
