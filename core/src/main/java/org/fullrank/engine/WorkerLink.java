package org.fullrank.engine;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// A second connection between a worker and worker 0, besides those of Gloo. A thread on each side sends a sign
/// of life every two seconds, also during a computation. So each side notices that the process or the machine of
/// the other has stopped. It does not notice a training that hangs in a living process.
final class WorkerLink implements AutoCloseable {
    /// Time between two signs of life.
    static final Duration BEAT = Duration.ofSeconds(2);
    /// Time without a sign of life after which a worker is lost. A machine without power sends nothing at all.
    static final Duration SILENCE = Duration.ofSeconds(15);
    /// Time for an answer while the workers meet. A stranger who says nothing must not block the others.
    private static final Duration GREETING = Duration.ofSeconds(20);
    /// Time for an answer before the training. A worker may have to decode its images first.
    private static final Duration ANSWER = Duration.ofHours(2);

    private static final int ALIVE = 1;
    private static final int BYE = 2;
    private static final int LONGEST_TEXT = 1 << 24;

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private volatile boolean closed;

    WorkerLink(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        wait(GREETING);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
    }

    private void wait(Duration time) throws IOException {
        socket.setSoTimeout(Math.toIntExact(time.toMillis()));
    }

    /// Whether the other side is still connected. What it says is kept for [#hear].
    boolean isConnected() {
        try {
            int usual = socket.getSoTimeout();
            socket.setSoTimeout(1);
            try {
                in.mark(1);
                boolean connected = in.read() >= 0;
                in.reset();
                return connected;
            } catch (SocketTimeoutException e) {
                return true; // it has nothing to say
            } finally {
                socket.setSoTimeout(usual);
            }
        } catch (IOException e) {
            return false;
        }
    }

    /// From now on, the other side has time to open its data before it answers.
    void bePatient() throws IOException {
        wait(ANSWER);
    }

    /// The address of this machine, as the other side sees it.
    InetAddress here() {
        return socket.getLocalAddress();
    }

    /// The address of the other machine.
    InetAddress there() {
        return socket.getInetAddress();
    }

    void tell(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
        out.flush();
    }

    String hear() throws IOException {
        int length = in.readInt();
        if (length < 0 || length > LONGEST_TEXT) {
            throw new IOException("found a text of " + length + " bytes");
        }
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    /// Sends signs of life, and watches those of the other side. The link tells nothing else from now on.
    ///
    /// @param lost is run on another thread when the other side has ended unexpectedly, or is silent
    void watch(String name, Runnable lost) throws IOException {
        wait(SILENCE);
        Thread.ofPlatform().daemon().name("fullrank-alive-" + name).start(this::beat);
        Thread.ofPlatform().daemon().name("fullrank-watch-" + name).start(() -> listen(lost));
    }

    private void beat() {
        try {
            while (!closed) {
                send(ALIVE);
                Thread.sleep(BEAT);
            }
        } catch (IOException e) {
            // The listening thread notices it too.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void send(int sign) throws IOException {
        out.write(sign);
        out.flush();
    }

    private void listen(Runnable lost) {
        try {
            int sign = in.read();
            while (sign == ALIVE) {
                sign = in.read();
            }
            if (sign == BYE) {
                return;
            }
        } catch (IOException e) {
            // lost, unless this side has closed the link
        }
        if (!closed) {
            lost.run();
        }
    }

    /// Says that this side ends as agreed.
    void bye() {
        try {
            send(BYE);
        } catch (IOException e) {
            // The other side has ended already.
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            socket.close();
        } catch (IOException e) {
            // There is nothing left to do with it.
        }
    }
}
