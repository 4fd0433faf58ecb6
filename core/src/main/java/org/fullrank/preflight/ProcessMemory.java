package org.fullrank.preflight;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;

/// The memory of this process and of this machine in bytes, if the system reports it.
final class ProcessMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path PEAK_RESET = Path.of("/proc/self/clear_refs");

    private ProcessMemory() {}

    /// The largest resident set so far, or since the last [#forgetPeak].
    static OptionalDouble peak() {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToDouble(line -> 1024 * Double.parseDouble(line.replaceAll("\\D", "")))
                    .findFirst();
        } catch (IOException e) {
            return OptionalDouble.empty(); // not Linux
        }
    }

    /// Resets the peak to the present value, if the system allows it.
    static void forgetPeak() {
        try {
            Files.writeString(PEAK_RESET, "5");
        } catch (IOException e) {
            return; // the peak stays that of the whole process
        }
    }

    /// The most memory that this process may use: the machine's memory, or the limit of its container.
    static OptionalDouble limit() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? OptionalDouble.of(system.getTotalMemorySize())
                : OptionalDouble.empty();
    }
}
