package org.fullrank.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// What a figure depends on besides the code. Figures of unequal machines are not comparable.
///
/// @param processor the model, as the system names it
/// @param cores that this process may use
/// @param system operating system and architecture
/// @param java release of the virtual machine
public record Machine(String processor, int cores, String system, int java) {
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    /// The machine on which this program runs.
    static Machine current() {
        return new Machine(
                processor(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                Runtime.version().feature());
    }

    /// Only Linux names the model in a file; elsewhere cores, system and Java must tell machines apart.
    private static String processor() {
        if (!Files.isReadable(PROCESSORS)) {
            return "unknown";
        }
        try (Stream<String> lines = Files.lines(PROCESSORS)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }

    @Override
    public String toString() {
        return "%s, %d cores, %s, Java %d".formatted(processor, cores, system, java);
    }
}
