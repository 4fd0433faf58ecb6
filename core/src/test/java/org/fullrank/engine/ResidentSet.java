package org.fullrank.engine;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// How much memory this process holds, as the kernel counts it.
public final class ResidentSet {
    private static final Path STATUS = Path.of("/proc/self/status");

    private ResidentSet() {}

    /// Skips the calling test where the kernel does not tell.
    public static void assumeReadable() {
        assumeTrue(Files.isReadable(STATUS), "no /proc/self/status here: the resident set cannot be read");
    }

    /// In MB of 2^20 bytes.
    public static long megabytes() {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
