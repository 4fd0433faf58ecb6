package org.fullrank.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    Path folder;

    private Path file = Path.of("state");

    @BeforeEach
    void writeTheOldState() throws IOException {
        file = Files.writeString(folder.resolve("state"), "old");
    }

    private static void put(FileChannel channel, String text) throws IOException {
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void theNewContentReplacesTheOldAndNothingElseIsLeft() throws IOException {
        AtomicFile.write(file, channel -> put(channel, "n"));
        assertThat(file).hasContent("n");
        assertOnlyTheFileIsLeft();
    }

    @Test
    void readersSeeTheOldContentUntilAllIsWritten() {
        AtomicFile.write(file, channel -> {
            put(channel, "half");
            assertThat(file).hasContent("old");
        });
        assertThat(file).hasContent("half");
    }

    @Test
    void aBodyThatFailsLeavesTheOldFileAndNoOther() throws IOException {
        assertThatThrownBy(() -> AtomicFile.write(file, channel -> {
                    put(channel, "half");
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("No space left on device")
                .hasMessageContaining(file.toString());
        assertThat(file).hasContent("old");
        assertOnlyTheFileIsLeft();
    }

    @Test
    void anErrorOfTheEngineInTheBodyLeavesTheOldFileAndNoOther() throws IOException {
        assertThatThrownBy(() -> AtomicFile.write(file, channel -> {
                    put(channel, "half");
                    throw new IllegalStateException("engine");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("engine");
        assertThat(file).hasContent("old");
        assertOnlyTheFileIsLeft();
    }

    /// The temporary name leads to a device that is always full.
    @Test
    void aFullDiskLeavesTheOldFileAndNoOther() throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.isWritable(full), "this system has no device that is always full");
        Files.createSymbolicLink(folder.resolve(".state.part"), full);
        assertThatThrownBy(() -> AtomicFile.write(file, channel -> put(channel, "new")))
                .isInstanceOf(JobException.class)
                .message()
                .contains("No space left on device", "untouched")
                .doesNotContain("\n");
        assertThat(file).hasContent("old");
        assertOnlyTheFileIsLeft();
        AtomicFile.write(file, channel -> put(channel, "new"));
        assertThat(file).hasContent("new");
    }

    @Test
    void theRestOfAnEarlierAttemptDoesNotShowInTheNewFile() throws IOException {
        Files.writeString(folder.resolve(".state.part"), "a long rest of a process that was killed");
        AtomicFile.write(file, channel -> put(channel, "new"));
        assertThat(file).hasContent("new");
        assertOnlyTheFileIsLeft();
    }

    @Test
    void aMissingFolderIsNamed() {
        assertThatThrownBy(() -> AtomicFile.write(folder.resolve("no/state"), channel -> put(channel, "new")))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("no/state");
    }

    private void assertOnlyTheFileIsLeft() throws IOException {
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }
}
