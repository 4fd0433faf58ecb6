package org.fullrank.data;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.fullrank.engine.InputException;

/// What came of reading damaged files of one format: each must be read, or refused in one line, within ten
/// seconds, and with less than 1 GiB.
final class FuzzReport implements AutoCloseable {
    private static final int MOST_SECONDS = 10;
    private static final long MOST_BYTES = 1L << 30;
    private static final String READ = "read";
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final Path STATUS = Path.of("/proc/self/status"); // only on Linux

    private final String format;
    private final List<String> wrong = new ArrayList<>();
    private ExecutorService reader = reader();
    private int read;
    private int refused;
    private long slowest; // nanoseconds
    private long most; // bytes

    FuzzReport(String format) {
        this.format = format;
    }

    /// Reads a file in a thread of its own.
    ///
    /// @param file names it in the list of what is wrong
    /// @param reading fails with an [InputException] for a damaged file
    void read(String file, Callable<?> reading) {
        long bytes = allocated();
        long peak = peak();
        long start = System.nanoTime();
        String answer = answer(reading);
        slowest = Math.max(slowest, System.nanoTime() - start);
        bytes = Math.max(allocated() - bytes, peak() - peak);
        most = Math.max(most, bytes);
        read += answer.equals(READ) ? 1 : 0;
        refused += answer.equals(READ) ? 0 : 1;
        if (!answer.equals(READ) && (answer.isBlank() || answer.contains("\n") || answer.contains("Exception"))) {
            wrong.add(file + ": " + answer);
        }
        if (bytes > MOST_BYTES) {
            wrong.add("%s: %d bytes of memory, %s".formatted(file, bytes, answer));
        }
    }

    private String answer(Callable<?> reading) {
        try {
            reader.submit(reading).get(MOST_SECONDS, TimeUnit.SECONDS);
            return READ;
        } catch (TimeoutException e) {
            String stacks = stacks();
            reader.shutdownNow();
            reader = reader();
            return "hangs:\n" + stacks;
        } catch (ExecutionException e) {
            Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
            return cause instanceof InputException ? String.valueOf(cause.getMessage()) : thrown(cause);
        } catch (InterruptedException e) {
            return "interrupted:\n";
        }
    }

    private static String thrown(Throwable e) {
        return "thrown:\n" + e + Stream.of(e.getStackTrace()).limit(20).toList();
    }

    /// What is wrong, one line for each file.
    List<String> wrong() {
        return List.copyOf(wrong);
    }

    /// A row of a table: format, files, read, refused, slowest, most memory for one file.
    String row() {
        return String.format(
                Locale.ROOT,
                "| %s | %d | %d | %d | %.1f s | %d MB |",
                format,
                read + refused,
                read,
                refused,
                slowest / 1e9,
                most >> 20);
    }

    /// Bytes that all threads have allocated so far.
    static long allocated() {
        return THREADS.getTotalThreadAllocatedBytes();
    }

    /// The most memory that this process had so far in bytes, native memory included; 0 where it is not known.
    private static long peak() {
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    /// What all threads do, those of the JVM left out.
    private static String stacks() {
        var text = new StringBuilder();
        Thread.getAllStackTraces().forEach((thread, frames) -> {
            if (Stream.of(frames).anyMatch(frame -> !frame.getClassName().matches("(jdk|java|sun)\\..*"))) {
                text.append(thread.getName())
                        .append(": ")
                        .append(Arrays.toString(frames))
                        .append('\n');
            }
        });
        return text.toString();
    }

    private static ExecutorService reader() {
        return Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
    }

    @Override
    public void close() {
        reader.shutdownNow();
    }
}
