package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// The help files of the launcher hold what the commands print.
class WarmupTest {
    @TempDir
    Path folder;

    @Test
    void eachCommandHasAFileWithItsHelp() throws Exception {
        Warmup.main(new String[] {folder.resolve("help").toString()});
        assertThat(folder.resolve("help/_"))
                .content()
                .isEqualTo(CommandLineRun.of("--help").out());
        for (String command : new CommandLine(new Fullrank()).getSubcommands().keySet()) {
            assertThat(Files.readString(folder.resolve("help").resolve(command)))
                    .startsWith("Usage: fullrank " + command)
                    .isEqualTo(CommandLineRun.of(command, "--help").out());
        }
    }
}
