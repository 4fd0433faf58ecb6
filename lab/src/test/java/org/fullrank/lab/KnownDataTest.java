package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownDataTest {
    @TempDir
    Path folder;

    private static Setting setting(Path data) {
        return new Setting(1, true, data.toString());
    }

    @Test
    void theFolderOfOneDataSetIsNoOther() throws IOException {
        Path tabular = Files.createDirectory(folder.resolve("tabular"));
        assertThat(setting(tabular).data("tabular")).isEqualTo(tabular.toString());
        assertThat(setting(tabular).data("mnist")).isNull();
        assertThat(GrayImages.Known.MNIST.in(setting(tabular))).isFalse();
        assertThat(setting(folder).data("tabular")).isEqualTo(tabular.toString());
        assertThat(setting(folder).data("mnist")).isNull();
    }

    @Test
    void whatCannotBeReadIsNoKnownDataSet() throws IOException {
        Path mnist = Files.createDirectory(folder.resolve("mnist"));
        Files.writeString(mnist.resolve("train-images-idx3-ubyte"), "no images");
        assertThat(GrayImages.Known.MNIST.in(setting(mnist))).isFalse();
        Path other = Files.createDirectory(folder.resolve("other"));
        assertThat(setting(other).data("mnist")).isEqualTo(other.toString());
        assertThat(GrayImages.Known.MNIST.in(setting(other))).isFalse();
    }
}
