package org.fullrank.serve;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.search.VectorIndex;
import org.fullrank.trained.TrainedEncoder;
import org.jspecify.annotations.Nullable;

/// Embeds what other programs send over HTTP, until it is closed. `/openapi.json` describes the requests.
///
/// A request that arrives slowly is cut off after [#MOST_SECONDS]. The address must be a loopback address, or
/// requests must send a token. Requests of pages of other servers are refused.
public final class EmbeddingServer implements AutoCloseable {
    /// A request that has not arrived after this time is cut off. The limit holds if no other server of the JDK was
    /// made before in this process, because it is a system property.
    static final int MOST_SECONDS = 30;

    /// Includes the time for which a request waits and is embedded.
    private static final int MOST_ANSWER_SECONDS = 300;

    private static final int MOST_CONNECTIONS = 1024;
    private static final int DRAIN_SECONDS = 10; // for answers that are being sent

    static {
        limit("sun.net.httpserver.maxReqTime", MOST_SECONDS);
        limit("sun.net.httpserver.maxRspTime", MOST_ANSWER_SECONDS);
        limit("jdk.httpserver.maxConnections", MOST_CONNECTIONS);
        // with the default of 200, the connections of more clients are closed while they send a request
        limit("sun.net.httpserver.maxIdleConnections", MOST_CONNECTIONS);
    }

    private final HttpServer server;
    private final ExecutorService threads;
    private final EmbeddingService service;
    private final ServiceRoutes routes;
    private final String host;

    private EmbeddingServer(
            HttpServer server, ExecutorService threads, EmbeddingService service, ServiceRoutes routes, String host) {
        this.server = server;
        this.threads = threads;
        this.service = service;
        this.routes = routes;
        this.host = host;
    }

    /// The server of the JDK reads its limits from system properties when its first object is made.
    private static void limit(String property, long value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, String.valueOf(value));
        }
    }

    /// Starts the server.
    ///
    /// @param encoder stays open until this object is closed; the caller closes it
    /// @param index for `/search`, of embeddings of the same encoder; it stays open as the encoder does. null: no
    ///     search
    /// @param name of the run, for people
    /// @throws InputException when the encoder reads neither images nor rows of numbers, when the host is unknown
    ///     or is not a loopback address and there is no token, when the port is taken, or when the index has
    ///     another width
    public static EmbeddingServer start(
            TrainedEncoder encoder, @Nullable VectorIndex index, String name, ServiceSettings settings) {
        InetAddress address = address(settings);
        var metrics = new ServiceMetrics();
        var service = new EmbeddingService(encoder, settings, metrics);
        if (index != null && index.card().width() != service.width()) {
            service.close();
            throw new InputException(
                    "--index: found vectors of width %d, expected %d, the width of the encoder; name an index of this run"
                            .formatted(index.card().width(), service.width()));
        }
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(address, settings.port()), 0);
            var routes = new ServiceRoutes(service, index, metrics, settings, name);
            server.createContext("/", routes);
            server.setExecutor(threads);
            server.start();
            return new EmbeddingServer(server, threads, service, routes, settings.host());
        } catch (BindException e) {
            threads.close();
            service.close();
            throw new InputException(
                    "--port: cannot listen on %s port %d (%s), expected a free one; --port 0 takes any"
                            .formatted(settings.host(), settings.port(), e.getMessage()),
                    e);
        } catch (IOException e) {
            threads.close();
            service.close();
            throw new JobException("cannot listen on %s port %d: %s".formatted(settings.host(), settings.port(), e), e);
        }
    }

    private static InetAddress address(ServiceSettings settings) {
        try {
            InetAddress address = InetAddress.getByName(settings.host());
            InputException.when(
                    settings.token() == null && !address.isLoopbackAddress(),
                    "--host: found %s, which other machines can reach, and no token; add --token WORD",
                    settings.host());
            return address;
        } catch (UnknownHostException e) {
            throw new InputException(
                    "--host: found %s, expected a name or address of this machine".formatted(settings.host()), e);
        }
    }

    /// The address of the page.
    public URI address() {
        String name = host.contains(":") ? "[" + host + "]" : host;
        return URI.create("http://%s:%d/".formatted(name, server.getAddress().getPort()));
    }

    /// Refuses new requests, answers those that were accepted, and ends.
    @Override
    public void close() {
        routes.close();
        service.close();
        server.stop(DRAIN_SECONDS);
        threads.close();
    }
}
