package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.fullrank.data.DataSpec;
import org.fullrank.run.Recipes;
import org.fullrank.run.RunFolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Reports of runs without data.
class ReportCommandTest {
    @Test
    void anImportedRunHasNoPictures(@TempDir Path folder) {
        Path run = folder.resolve("run");
        RunFolder.create(run, Recipes.load("photos-simclr", List.of("data.path=" + DataSpec.NONE)))
                .close();
        CommandLineRun refused = CommandLineRun.of("report", run.toString(), "--pictures");
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err())
                .contains("found no data, because its weights are imported, and so no pictures; leave --pictures out");
        assertThat(run.resolve("report.html")).doesNotExist();
    }
}
