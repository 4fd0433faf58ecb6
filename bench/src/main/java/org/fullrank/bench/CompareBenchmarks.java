package org.fullrank.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.fullrank.engine.FullrankException;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/// Runs the benchmarks that are part of the baseline. Saves the figures of the benchmarks, or compares them
/// with the saved figures.
///
/// ```
/// bench/run --save [NAME ...]
/// bench/run --compare [NAME ...]
/// ```
///
/// The exit code is 1 if something got slower or a benchmark failed, and 2 if an argument is wrong.
public final class CompareBenchmarks {
    /// The benchmarks of the baseline: those that need no file and take a few minutes at most. One thread where
    /// there is a choice: other work on the machine disturbs it least.
    private static final List<Job> JOBS = List.of(
            new Job("ViewBench"),
            new Job("OnlineBench"),
            new Job("ObjectiveBench", "2", "1"),
            new Job("PrecisionBench", "10", "64", "1"),
            new Job("DirectSetBench", "5", "1"),
            new Job("StepBench", "200", "shapes-vicreg", "train.threads=1"),
            new Job("DiagnoseBench", "100000", "512", "4096", "1"),
            new Job("DecodeBench", "shapes"));

    private record Job(String name, List<String> arguments) {
        Job(String name, String... arguments) {
            this(name, List.of(arguments));
        }
    }

    private CompareBenchmarks() {}

    /// Arguments: `save` or `compare`, the file of the baseline, then names of benchmarks; all where there
    /// are none.
    public static void main(String[] arguments) throws IOException, InterruptedException {
        try {
            Path file = Path.of(arguments[1]);
            List<Job> jobs = jobs(Arrays.asList(arguments).subList(2, arguments.length));
            System.exit(arguments[0].equals("save") ? save(file, jobs) : compare(file, jobs));
        } catch (FullrankException e) {
            System.err.println("bench/run: " + e.getMessage());
            System.exit(e instanceof InputException ? 2 : 1);
        }
    }

    private static List<Job> jobs(List<String> names) {
        List<String> known = JOBS.stream().map(Job::name).toList();
        for (String name : names) {
            if (!known.contains(name)) {
                throw new InputException("found no benchmark %s in the baseline, expected some of %s"
                        .formatted(name, String.join(", ", known)));
            }
        }
        return names.isEmpty()
                ? JOBS
                : JOBS.stream().filter(job -> names.contains(job.name())).toList();
    }

    private static int save(Path file, List<Job> jobs) throws IOException, InterruptedException {
        Baseline before = jobs.size() < JOBS.size() && Files.exists(file)
                ? Baseline.read(file)
                : new Baseline(Machine.current(), List.of());
        before.requireMachine(Machine.current());
        Baseline measured = measure(jobs);
        before.with(measured).write(file);
        System.out.printf("%s: %d figures saved%n", file, measured.figures().size());
        long noisy = measured.figures().stream().filter(Figure::noisy).count();
        if (noisy > 0) {
            System.err.printf(
                    "warning: %d figures vary by more than 20 %% between rounds; save again on an idle machine%n",
                    noisy);
        }
        return 0;
    }

    private static int compare(Path file, List<Job> jobs) throws IOException, InterruptedException {
        Baseline before = Baseline.read(file).only(jobs.stream().map(Job::name).toList());
        Baseline measured = measure(jobs);
        var regression = Regression.of(before, measured);
        System.out.print(regression.text());
        if (!regression.judged()) {
            System.err.printf(
                    "warning: the baseline is of another machine, so nothing is judged: found %s, this one is %s%n",
                    before.machine(), measured.machine());
        }
        return regression.slower() ? 1 : 0;
    }

    private static Baseline measure(List<Job> jobs) throws IOException, InterruptedException {
        var figures = new ArrayList<Figure>();
        for (Job job : jobs) {
            System.err.printf("%s %s%n", job.name(), String.join(" ", job.arguments()));
            for (Figure figure : isJmh(job) ? runJmh(job) : runMain(job)) {
                figures.add(figure.of(job.name(), job.arguments()));
            }
        }
        return new Baseline(Machine.current(), figures);
    }

    private static boolean isJmh(Job job) {
        try {
            return Stream.of(Class.forName(className(job)).getMethods())
                    .anyMatch(method -> method.isAnnotationPresent(Benchmark.class));
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    /// JMH starts its own processes.
    private static List<Figure> runJmh(Job job) {
        var options = new OptionsBuilder()
                .include("^" + className(job) + "\\.")
                .shouldFailOnError(true)
                .build();
        try {
            return new Runner(options)
                    .run().stream().map(CompareBenchmarks::figure).toList();
        } catch (RunnerException e) {
            throw new JobException("%s failed (%s); its output is above".formatted(job.name(), e.getMessage()), e);
        }
    }

    private static Figure figure(RunResult run) {
        var parameters = run.getParams();
        var name = new StringBuilder(run.getPrimaryResult().getLabel());
        parameters
                .getParamsKeys()
                .forEach(key -> name.append(' ').append(key).append('=').append(parameters.getParam(key)));
        var statistics = run.getPrimaryResult().getStatistics();
        return new Figure(
                name.toString(),
                run.getPrimaryResult().getScoreUnit(),
                statistics.getPercentile(50),
                statistics.getPercentile(75) - statistics.getPercentile(25));
    }

    /// Starts a process for each benchmark with a `main`, so that threads and compiled code of one do not
    /// reach the next.
    private static List<Figure> runMain(Job job) throws IOException, InterruptedException {
        Path file = Files.createTempFile("figures", ".jsonl");
        try {
            var command = new ArrayList<String>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
            command.add("-D%s=%s".formatted(Figure.FILE, file));
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), className(job)));
            command.addAll(job.arguments());
            int code = new ProcessBuilder(command).inheritIO().start().waitFor();
            if (code != 0) {
                throw new JobException("%s failed with exit code %d; its output is above".formatted(job.name(), code));
            }
            return Figure.read(file);
        } finally {
            Files.delete(file);
        }
    }

    private static String className(Job job) {
        return CompareBenchmarks.class.getPackageName() + "." + job.name();
    }
}
