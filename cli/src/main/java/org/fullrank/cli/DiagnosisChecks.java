package org.fullrank.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fullrank.diagnose.Diagnosis;
import org.fullrank.diagnose.FailCondition;
import org.fullrank.diagnose.JUnitReport;
import org.fullrank.engine.InputException;
import org.fullrank.file.AtomicFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options of `diagnose` that decide whether the command fails.
final class DiagnosisChecks {
    @Option(
            names = "--fail-on",
            paramLabel = "WHAT",
            split = ",",
            description = "Exits with code 3 if this holds: collapse (any verdict that is a collapse), or a figure with"
                    + " a bound such as 'rankme.share<0.2'. You can give several, separated by commas.")
    List<String> failOn = new ArrayList<>();

    @Option(
            names = "--junit",
            paramLabel = "FILE",
            description = "Writes the result of --fail-on as a JUnit XML file, which build servers show. Default for"
                    + " --fail-on: collapse.")
    @Nullable
    Path junit;

    /// Refuses wrong options before the first input is read.
    void requireOptions() {
        if (failOn.isEmpty() && junit != null) {
            failOn.add(FailCondition.COLLAPSE.text());
        }
        failOn.forEach(FailCondition::parse);
        if (junit != null) {
            Job.requireFolder("--junit", junit);
        }
    }

    /// Writes the JUnit file, and prints the figures that fail.
    ///
    /// @return whether a condition holds
    /// @throws InputException when a figure was not measured; the JUnit file has it as an error
    boolean fail(List<Diagnosis> diagnoses, PrintWriter err) {
        List<FailCondition> conditions =
                failOn.stream().map(FailCondition::parse).toList();
        if (junit != null) {
            AtomicFile.write(junit, JUnitReport.xml(diagnoses, conditions));
        }
        boolean failed = false;
        for (Diagnosis diagnosis : diagnoses) {
            for (FailCondition condition : conditions) {
                String failure = condition.failure(diagnosis).orElse(null);
                if (failure != null) {
                    err.println("--fail-on %s: the condition holds for %s (%s)"
                            .formatted(condition.text(), diagnosis.subject(), failure));
                }
                failed |= failure != null;
            }
        }
        return failed;
    }
}
