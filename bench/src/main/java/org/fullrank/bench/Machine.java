package org.fullrank.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.stream.Stream;

/// The properties of a machine that affect figures. The figures of different machines are not comparable.
///
/// @param processor name and model, as the system says
/// @param cores that this process may use
/// @param system operating system and architecture
/// @param java release of the virtual machine
public record Machine(String processor, int cores, String system, int java) {
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    /// The machine on which this program runs.
    static Machine current() {
        return new Machine(
                model(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                Runtime.version().feature());
    }

    /// The name in [#PROCESSORS] with family and model number, because several generations share a name.
    /// Only Linux has this file; elsewhere the other three components must tell machines apart.
    private static String model() {
        if (!Files.isReadable(PROCESSORS)) {
            return "unknown processor";
        }
        var values = new HashMap<String, String>();
        try (Stream<String> lines = Files.lines(PROCESSORS)) {
            lines.map(line -> line.split(":", 2))
                    .filter(parts -> parts.length == 2)
                    .forEach(parts -> values.putIfAbsent(parts[0].strip(), parts[1].strip()));
        } catch (IOException e) {
            return "unknown processor";
        }
        return "%s (family %s, model %s)"
                .formatted(values.get("model name"), values.get("cpu family"), values.get("model"));
    }

    @Override
    public String toString() {
        return "%s, %d cores, %s, Java %d".formatted(processor, cores, system, java);
    }
}
