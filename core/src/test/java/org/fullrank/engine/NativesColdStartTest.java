package org.fullrank.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativesColdStartTest {
    @TempDir
    Path folder;

    /// A machine with another libtorch on its library path, and nothing unpacked yet: ours must win.
    @Test
    void emptyCacheAndForeignLibrariesOnThePathStillLoadOurs() throws IOException, InterruptedException {
        Path anyLibrary = Path.of(System.getProperty("java.home"), "lib", "libzip.so");
        assumeTrue(Files.exists(anyLibrary), "no libzip.so in this JDK: not Linux");
        Path foreign = Files.createDirectories(folder.resolve("foreign"));
        for (String name : List.of("libtorch.so", "libtorch_cpu.so", "libc10.so")) {
            Files.copy(anyLibrary, foreign.resolve(name));
        }
        Path cache = Files.createDirectories(folder.resolve("cache"));
        ProcessBuilder builder =
                ChildJvm.of(List.of("-Xmx256m", "-Dorg.bytedeco.javacpp.cachedir=" + cache), ColdStart.class);
        builder.environment().put("LD_LIBRARY_PATH", foreign.toString());
        Process child = builder.start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor()).as(said).isZero();
        assertThat(said).contains("product [7.0, 10.0, 15.0, 22.0]");
        assertThat(cache).isNotEmptyDirectory();
    }
}
