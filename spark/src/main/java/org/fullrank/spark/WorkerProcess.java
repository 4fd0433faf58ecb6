package org.fullrank.spark;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fullrank.cli.Fullrank;
import org.fullrank.engine.JobException;
import org.fullrank.engine.Rendezvous;

/// A process of `fullrank pretrain` that a task of Spark has started. A process has its own threads and native memory.
/// If it fails, the executor and its other tasks continue.
final class WorkerProcess implements AutoCloseable {
    /// How long a worker may run after its executor has died.
    static final Duration GRACE = Duration.ofSeconds(3);

    /// How long [#close] waits for a worker to write a checkpoint before it kills the worker.
    static final Duration STOPPING = Duration.ofSeconds(10);

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);
    /// How the command begins the line of an error.
    private static final Pattern ERROR = Pattern.compile("fullrank(?: [a-z]+)?: (.*)");

    /// The variable with flags for Java, as in the launcher of the command.
    private static final String FLAGS = "FULLRANK_JAVA_OPTS";

    private final Process process;
    private final StringBuffer output = new StringBuffer();
    private final List<Thread> readers;
    private volatile String error = "";
    private volatile String address = "";

    private WorkerProcess(Process process) {
        this.process = process;
        readers = List.of(
                reader(
                        process.inputReader(StandardCharsets.UTF_8),
                        line -> output.append(line).append('\n')),
                reader(process.errorReader(StandardCharsets.UTF_8), this::note));
    }

    /// The process that [#start] runs. It ends soon after its parent.
    public static void main(String[] arguments) {
        ProcessHandle.current()
                .parent()
                .ifPresent(parent -> parent.onExit().thenRun(() -> {
                    try {
                        Thread.sleep(GRACE);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    Runtime.getRuntime().halt(1);
                }));
        Fullrank.main(arguments);
    }

    /// Starts `fullrank pretrain` with the Java and the libraries of this process.
    ///
    /// @throws JobException when the system does not start it
    static WorkerProcess start(List<String> arguments, Path folder) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dstdout.encoding=UTF-8",
                "-Dstderr.encoding=UTF-8"));
        String flags = System.getenv(FLAGS);
        if (flags != null && !flags.isBlank()) {
            command.addAll(List.of(flags.strip().split("\\s+")));
        }
        command.addAll(List.of("-cp", classPath(), WorkerProcess.class.getName(), "pretrain"));
        command.addAll(arguments);
        try {
            return new WorkerProcess(
                    new ProcessBuilder(command).directory(folder.toFile()).start());
        } catch (IOException e) {
            throw new JobException("training: cannot start a process (%s)".formatted(e.getMessage()), e);
        }
    }

    /// The jars of the job, and those of Spark.
    private static String classPath() {
        var all = new ArrayList<String>();
        for (var loader = Thread.currentThread().getContextClassLoader(); loader != null; loader = loader.getParent()) {
            if (loader instanceof URLClassLoader jars) {
                for (URL jar : jars.getURLs()) {
                    if (jar.getProtocol().equals("file")) {
                        all.add(Path.of(URI.create(jar.toString())).toString());
                    }
                }
            }
        }
        all.add(System.getProperty("java.class.path"));
        return String.join(File.pathSeparator, all);
    }

    private static Thread reader(BufferedReader from, Consumer<String> to) {
        return Thread.ofVirtual().start(() -> {
            try {
                from.lines().forEach(to);
            } catch (UncheckedIOException e) {
                // the process has been ended
            }
        });
    }

    private void note(String line) {
        System.err.println(line);
        if (line.startsWith(Rendezvous.WAITING)) {
            address = line.substring(Rendezvous.WAITING.length()).split(" ", 2)[0];
        }
        Matcher found = ERROR.matcher(line);
        if (found.matches()) {
            error = found.group(1);
        }
    }

    /// Waits until worker 0 is ready for the others.
    ///
    /// @param stopped whether to give up
    /// @return where it waits; empty if the process has ended
    String awaitAddress(BooleanSupplier stopped) throws InterruptedException {
        while (address.isEmpty() && process.isAlive()) {
            look(stopped);
        }
        return address;
    }

    /// Waits for the end of the process.
    ///
    /// @param stopped whether to give up
    /// @throws InterruptedException when the caller gives up
    WorkerTask.Result await(BooleanSupplier stopped) throws InterruptedException {
        while (process.isAlive()) {
            look(stopped);
        }
        for (Thread reader : readers) {
            reader.join();
        }
        return new WorkerTask.Result(process.exitValue(), output.toString(), error);
    }

    private void look(BooleanSupplier stopped) throws InterruptedException {
        if (stopped.getAsBoolean()) {
            throw new InterruptedException();
        }
        process.waitFor(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Ends the process, if it still runs.
    @Override
    public void close() {
        process.destroy();
        boolean ended = false;
        try {
            ended = process.waitFor(STOPPING.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!ended) {
            process.destroyForcibly();
        }
    }
}
