package org.fullrank.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fullrank.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class NativesColdStartTest {
    /// Names of libtorch's parts, as another installation of it would have them in the library path.
    private static final List<String> FOREIGN = List.of("libtorch_cpu.so", "libc10.so", "libtorch.so");

    /// Computes with the engine in a fresh process.
    public static final class Child {
        private Child() {}

        public static void main(String[] arguments) {
            Natives.load();
            try (var scope = Scope.open()) {
                var product = Tensors.of(new float[] {1, 2, 3, 4}, 2, 2).mm(Tensors.of(new float[] {5, 6, 7, 8}, 2, 2));
                System.out.println(java.util.Arrays.toString(Tensors.floats(product)));
            }
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFirstStartIsNotMisledByAnotherLibtorchInTheLibraryPath(@TempDir Path folder)
            throws IOException, InterruptedException {
        Path foreign = Files.createDirectory(folder.resolve("foreign"));
        for (String name : FOREIGN) {
            Files.copy(Path.of(System.getProperty("java.home"), "lib", "libzip.so"), foreign.resolve(name));
        }
        Path cache = Files.createDirectory(folder.resolve("cache"));
        ProcessBuilder builder =
                ChildJvm.of(List.of("-Xmx200m", "-Dorg.bytedeco.javacpp.cachedir=" + cache), Child.class);
        builder.environment().put("LD_LIBRARY_PATH", foreign.toString());
        builder.directory(folder.toFile());
        Process process = builder.start();
        String output = ChildJvm.output(process);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains("[19.0, 22.0, 43.0, 50.0]");
        assertThat(cache).isNotEmptyDirectory();
    }
}
