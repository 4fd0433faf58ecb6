package org.fullrank.serve;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;

/// Settings of an embedding service.
///
/// @param host name or address of the interface to listen on
/// @param port 0 for any free port
/// @param token what requests must send as `Authorization: Bearer TOKEN`; null: nothing, which only a loopback
///     address allows
/// @param batch most images or requests with rows that are embedded together
/// @param maxWait how long the first of them waits for others
/// @param queue most of them that wait; a request beyond gets the answer 503
/// @param maxBody most bytes of a request
public record ServiceSettings(
        String host, int port, @Nullable String token, int batch, Duration maxWait, int queue, int maxBody) {
    /// Default port. Well-known services do not use it, and `watch` has the one before.
    public static final int DEFAULT_PORT = 7438;
    /// Default of `batch`. Larger batches made nothing faster on two cores.
    public static final int DEFAULT_BATCH = 32;
    /// Default of `maxWait`: much less than the time of a batch.
    public static final Duration DEFAULT_WAIT = Duration.ofMillis(2);
    /// Default of `queue`: eight batches, about a second on two cores with a small encoder.
    public static final int DEFAULT_QUEUE = 256;
    /// Default of `maxBody`: 32 MiB, more than a photograph of a good camera.
    public static final int DEFAULT_MAX_BODY = 32 << 20;

    private static final int LARGEST_BODY = 1 << 28;

    public ServiceSettings {
        InputException.when(port < 0 || port > 65535, "--port: found %d, expected 0 to 65535", port);
        InputException.when(batch < 1, "--batch: found %d, expected 1 or more", batch);
        InputException.when(queue < 1, "--queue: found %d, expected 1 or more", queue);
        InputException.when(
                maxWait.isNegative() || maxWait.compareTo(Duration.ofSeconds(10)) > 0,
                "--wait: found %d ms, expected 0 to 10000",
                maxWait.toMillis());
        InputException.when(
                maxBody < 1 || maxBody > LARGEST_BODY, "--max-body: found %d, expected 1 to %d", maxBody, LARGEST_BODY);
        InputException.when(token != null && token.isBlank(), "--token: found none, expected a word");
    }

    /// The defaults on a host.
    public static ServiceSettings on(String host, int port) {
        return new ServiceSettings(host, port, null, DEFAULT_BATCH, DEFAULT_WAIT, DEFAULT_QUEUE, DEFAULT_MAX_BODY);
    }

    /// The same settings with a token.
    public ServiceSettings withToken(String other) {
        return new ServiceSettings(host, port, other, batch, maxWait, queue, maxBody);
    }

    /// Whether only this machine can reach the host.
    public boolean isLoopback() {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
