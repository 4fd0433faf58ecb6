package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayCommandTest {
    @TempDir
    Path folder;

    /// A table one of whose rows holds values whose squares no float holds.
    private Path enormous() throws IOException {
        var text = new StringBuilder("a,b,c\n");
        for (int i = 0; i < 40; i++) {
            text.append(i == 17 ? "1e30,-1e30,1e30\n" : "%d,%d,%d\n".formatted(i % 7, i % 5, i % 3));
        }
        Path file = folder.resolve("table.csv");
        Files.writeString(file, text);
        return file;
    }

    private CommandLineRun train(String... settings) throws IOException {
        String[] line = new String[settings.length * 2 + 5];
        line[0] = "pretrain";
        line[1] = "--data";
        line[2] = enormous().toString();
        line[3] = "--out";
        line[4] = folder.resolve("run").toString();
        for (int i = 0; i < settings.length; i++) {
            line[5 + 2 * i] = "--set";
            line[6 + 2 * i] = settings[i];
        }
        return CommandLineRun.of(line);
    }

    @Test
    void aRunThatEndedInInfinityIsReplayedAndItsOperationNamed() throws IOException {
        CommandLineRun failed = train(
                "views={type: vectors, standardize: false}",
                "encoder={type: mlp, widths: [8], batchNorm: false}",
                "method.projector={widths: [16], batchNorm: false}",
                "train={epochs: 2, batch: 20, precision: fp32, threads: 1}");
        assertThat(failed.code()).as(failed.err()).isEqualTo(1);
        assertThat(failed.err()).contains("fullrank replay " + folder.resolve("run"));

        CommandLineRun text = CommandLineRun.of("replay", folder.resolve("run").toString());
        assertThat(text.code()).as(text.err()).isZero();
        assertThat(text.out())
                .contains("had the same loss and gradient as in the run, bit by bit")
                .contains("first operation that is not finite, in step 1: objective, term ")
                .contains("  given    ", "  result   1 of 1 not finite");

        JsonNode json = new ObjectMapper()
                .readTree(CommandLineRun.of("replay", folder.resolve("run").toString(), "--json")
                        .out());
        assertThat(json.path("exact").asBoolean()).isTrue();
        assertThat(json.path("operation").asText()).startsWith("objective, term ");
        assertThat(json.path("step").asLong()).isEqualTo(1);
    }

    @Test
    void aRunWithoutRecordIsAnErrorOfOneLine() throws IOException {
        Path run = Files.createDirectories(folder.resolve("run"));
        Files.writeString(run.resolve("config.yaml"), "name: x\n");
        CommandLineRun replay = CommandLineRun.of("replay", run.toString());
        assertThat(replay.code()).isEqualTo(2);
        assertThat(replay.err().lines()).hasSize(1);
        assertThat(replay.err()).contains("found no flight record");
    }
}
