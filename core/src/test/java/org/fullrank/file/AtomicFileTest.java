package org.fullrank.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.fullrank.engine.JobException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void writeTheOldFile() throws IOException {
        file = folder.resolve("file");
        Files.writeString(file, "old");
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    @Test
    void replacesTheFileAndLeavesNothingElse() {
        AtomicFile.write(file, channel -> channel.write(bytes("new")));
        assertThat(file).hasContent("new");
        assertThat(folder).isDirectoryContaining(file::equals).isDirectoryNotContaining(f -> !f.equals(file));
    }

    @Test
    void failedBodyLeavesTheOldFileAndNoTemporary() {
        assertThatThrownBy(() -> AtomicFile.write(file, channel -> {
                    channel.write(bytes("ne"));
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("cannot write " + file)
                .hasMessageContaining("No space left on device")
                .hasMessageNotContaining("\n");
        assertOldFileAlone();
    }

    @Test
    void bodyThatBreaksLeavesTheOldFileAndNoTemporary() {
        assertThatThrownBy(() -> AtomicFile.write(file, channel -> {
                    channel.write(bytes("ne"));
                    throw new IllegalStateException("the engine failed");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertOldFileAlone();
    }

    private void assertOldFileAlone() {
        assertThat(file).hasContent("old");
        assertThat(folder).isDirectoryNotContaining(f -> !f.equals(file));
    }

    @Test
    void missingFolderIsAJobException() {
        assertThatThrownBy(() -> AtomicFile.write(folder.resolve("none/file"), channel -> channel.write(bytes("x"))))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("choose another folder")
                .hasMessageNotContaining("\n");
    }

    @Test
    void folderInThePlaceOfTheFileIsAJobException() throws IOException {
        Path taken = folder.resolve("taken");
        Files.createDirectories(taken.resolve("inside"));
        assertThatThrownBy(() -> AtomicFile.write(taken, channel -> channel.write(bytes("x"))))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("cannot write " + taken);
        assertThat(folder).isDirectoryNotContaining(f -> f.toString().endsWith(".part"));
    }
}
