package org.fullrank.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Standard input whose reads end when a stop is requested, even if no data arrive. A read of standard input itself
/// cannot be stopped. So another thread reads ahead. A stopped read throws an [InterruptedIOException].
final class StoppableInput extends InputStream {
    private static final int CHUNK_BYTES = 1 << 16;

    /// 4: the thread reads while the rows of the last chunk are processed, and memory stays small.
    private static final int CHUNKS = 4;

    /// 50 ms: a user does not notice this delay after Ctrl-C.
    private static final long POLL_MILLISECONDS = 50;

    /// 100 ms: Ctrl-C also ends the program that feeds the pipe. Its end may arrive here before the signal does.
    private static final long GRACE_MILLISECONDS = 100;

    /// A part of the input.
    ///
    /// @param bytes empty at the end
    /// @param failure why the input could not be read; null if it could
    private record Chunk(byte[] bytes, @Nullable IOException failure) {}

    private final BlockingQueue<Chunk> chunks = new ArrayBlockingQueue<>(CHUNKS);
    private final BooleanSupplier stops;
    private byte[] current = new byte[0];
    private int at;
    private boolean ended;

    /// @param stops whether a stop is requested
    StoppableInput(InputStream source, BooleanSupplier stops) {
        this.stops = stops;
        Thread reader = new Thread(() -> pump(source), "fullrank-input");
        reader.setDaemon(true); // it may wait for input forever
        reader.start();
    }

    private void pump(InputStream source) {
        try {
            byte[] buffer = new byte[CHUNK_BYTES];
            while (true) {
                Chunk chunk;
                try {
                    int count = source.read(buffer);
                    chunk = new Chunk(Arrays.copyOf(buffer, Math.max(0, count)), null);
                } catch (IOException e) {
                    chunk = new Chunk(new byte[0], e);
                }
                chunks.put(chunk);
                if (chunk.bytes().length == 0) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int from, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        if (at == current.length && !ended) {
            fill();
        }
        if (ended) {
            return -1;
        }
        int copied = Math.min(count, current.length - at);
        System.arraycopy(current, at, into, from, copied);
        at += copied;
        return copied;
    }

    @Override
    public int available() {
        return current.length - at;
    }

    private void fill() throws IOException {
        try {
            Chunk chunk = null;
            while (chunk == null) {
                requireGoesOn();
                chunk = chunks.poll(POLL_MILLISECONDS, TimeUnit.MILLISECONDS);
            }
            if (chunk.failure() != null) {
                throw chunk.failure();
            }
            current = chunk.bytes();
            at = 0;
            if (current.length == 0) {
                Thread.sleep(GRACE_MILLISECONDS);
                requireGoesOn();
                ended = true;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw stopped();
        }
    }

    private void requireGoesOn() throws InterruptedIOException {
        if (stops.getAsBoolean()) {
            throw stopped();
        }
    }

    private static InterruptedIOException stopped() {
        return new InterruptedIOException("stopped");
    }
}
