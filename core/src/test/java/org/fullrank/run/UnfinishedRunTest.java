package org.fullrank.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnfinishedRunTest {
    record Config(String name) {}

    @TempDir
    Path parent;

    /// A run of 90 steps.
    private Path run(RunStatus ended) {
        Path run = parent.resolve("run");
        try (RunFolder folder = RunFolder.create(run, new Config("quick"));
                Metrics metrics = folder.metrics(0)) {
            metrics.begin(run, 0, 90);
            metrics.end(ended, 18, "");
        }
        return run;
    }

    @Test
    void aFinishedRunHasNoWarning() {
        assertThat(UnfinishedRun.warning(run(RunStatus.FINISHED), 90)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "STOPPED, stopped; fullrank pretrain --resume RUN continues it",
        "FAILED, failed; fullrank pretrain --resume RUN continues it",
        "COLLAPSED, collapsed; fullrank diagnose RUN says more"
    })
    void anUnfinishedRunIsNamedWithItsStepAndItsEnd(RunStatus status, String end) {
        Path run = run(status);
        assertThat(UnfinishedRun.warning(run, 18))
                .hasValue("warning: run RUN did not finish: step 18 of 90, "
                        .concat(end)
                        .replace("RUN", run.toString()));
    }

    @Test
    void aTrainingThatRunsIsNamedUntilItsLastStep() {
        Path run = run(RunStatus.STOPPED);
        try (RunFolder folder = RunFolder.resume(run)) {
            assertThat(UnfinishedRun.warning(folder.path(), 18))
                    .hasValue("warning: run %s is still running: step 18 of 90; repeat this command when it has ended"
                            .formatted(run));
            assertThat(UnfinishedRun.warning(folder.path(), 90))
                    .as("only its evaluation is left")
                    .isEmpty();
        }
    }

    @Test
    void aRunWithoutAStartHasOnlyItsStep() {
        Path run = parent.resolve("killed");
        RunFolder.create(run, new Config("quick")).close();
        assertThat(UnfinishedRun.warning(run, 0))
                .hasValueSatisfying(line -> assertThat(line)
                        .startsWith("warning: run %s did not finish: step 0, interrupted; ".formatted(run)));
    }
}
