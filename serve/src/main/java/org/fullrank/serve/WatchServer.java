package org.fullrank.serve;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;

/// Serves the runs of a folder to browsers until it is closed. The server sends only pages and the two
/// pictures of each run. It answers only GET requests. The server refuses requests that name another host.
/// Otherwise, another website could read the runs by pointing its own name to this server.
public final class WatchServer implements AutoCloseable {
    /// Default port. Well-known services do not use it. It is always the same, so a bookmark works.
    public static final int DEFAULT_PORT = 7437;
    /// Default address: only this machine.
    public static final String DEFAULT_HOST = "127.0.0.1";

    private final HttpServer server;
    private final ExecutorService threads;
    private final Routes routes;
    private final String host;

    private WatchServer(HttpServer server, ExecutorService threads, Routes routes, String host) {
        this.server = server;
        this.threads = threads;
        this.routes = routes;
        this.host = host;
    }

    /// Starts the server.
    ///
    /// @param folder a folder of run folders, or one run folder. It may be missing
    /// @param host name or address of the interface to listen on
    /// @param port 0 for any free port
    /// @throws InputException when the host is unknown or the port is taken
    public static WatchServer start(Path folder, String host, int port) {
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByName(host), port), 0);
            var routes = new Routes(new RunList(folder));
            server.createContext("/", routes).getFilters().add(new Guard(host));
            server.setExecutor(threads);
            server.start();
            return new WatchServer(server, threads, routes, host);
        } catch (UnknownHostException e) {
            threads.close();
            throw new InputException(
                    "--host: found %s, expected a name or address of this machine; leave it out for %s"
                            .formatted(host, DEFAULT_HOST),
                    e);
        } catch (BindException e) {
            threads.close();
            throw new InputException(
                    "--port: cannot listen on %s port %d (%s), expected a free one; --port 0 takes any"
                            .formatted(host, port, e.getMessage()),
                    e);
        } catch (IOException e) {
            threads.close();
            throw new JobException("cannot listen on %s port %d: %s".formatted(host, port, e), e);
        }
    }

    /// The address of the page.
    public URI address() {
        String name = host.contains(":") ? "[" + host + "]" : host;
        return URI.create("http://%s:%d/".formatted(name, server.getAddress().getPort()));
    }

    /// Number of open event streams.
    int streams() {
        return routes.streams();
    }

    @Override
    public void close() {
        routes.close();
        server.stop(0);
        threads.shutdownNow();
    }
}
