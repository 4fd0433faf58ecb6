package org.fullrank.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Starts a class of the test class path in a JVM of its own, with the flags that every JVM of Fullrank has.
public final class ChildJvm {
    private ChildJvm() {}

    /// @param flags more flags for the JVM, such as `-Xmx64m`
    /// @param main a class with a `main` method
    public static ProcessBuilder of(List<String> flags, Class<?> main, String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseParallelGC"));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("OMP_WAIT_POLICY", "PASSIVE");
        return builder;
    }
}
