package org.fullrank.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.fullrank.engine.FullrankException;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.util.Statistics;

/// Measures the benchmarks of the baseline and saves their figures, or compares them with the saved ones.
///
/// ```
/// bench/run --save [NAME ...]
/// bench/run --compare [NAME ...]
/// ```
///
/// Exit code 1 when something got slower or a benchmark failed, 2 when an argument is wrong.
public final class CompareBenchmarks {
    /// The benchmarks of the baseline, with their arguments: those that need no file and take a few minutes at most.
    /// One thread where there is a choice, which other work on the machine disturbs least.
    private static final List<Job> JOBS = List.of(
            Job.of("ViewBench"),
            Job.of("OnlineBench"),
            Job.of("ObjectiveBench", "2", "1"),
            Job.of("PrecisionBench", "10", "64", "1"),
            Job.of("DirectSetBench", "5", "1"),
            Job.of("StepBench", "200", "shapes-vicreg", "train.threads=1"),
            Job.of("DiagnoseBench", "100000", "512", "4096", "1"),
            Job.of("DecodeBench", "shapes"));

    private record Job(String name, List<String> arguments) {
        static Job of(String name, String... arguments) {
            return new Job(name, List.of(arguments));
        }

        String title() {
            return String.join(" ", new ArrayList<>(arguments) {
                {
                    addFirst(name);
                }
            });
        }
    }

    private CompareBenchmarks() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        try {
            System.exit(run(arguments));
        } catch (FullrankException e) {
            System.err.println("bench/run: " + e.getMessage());
            System.exit(e instanceof InputException ? 2 : 1);
        }
    }
}
