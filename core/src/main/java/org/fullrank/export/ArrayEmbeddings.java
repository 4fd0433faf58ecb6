package org.fullrank.export;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.fullrank.file.AtomicFile;
import org.fullrank.file.Npy;
import org.fullrank.probe.Features;

/// Embeddings as a plain array. The paths and the classes are in files beside it: `STEM_names.txt` has a path on
/// each line, and `STEM_labels.npy` has the class of each row as int32, -1 for none.
final class ArrayEmbeddings {
    private ArrayEmbeddings() {}

    static void writeNpy(Path file, Features features) {
        Npy.write(file, features.values(), features.width());
        writeBeside(file, features);
    }

    /// Writes the format of DiskANN and of the big-ann benchmarks.
    static void writeFbin(Path file, Features features) {
        ByteBuffer header = ByteBuffer.allocate(2 * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(features.rows()).putInt(features.width()).flip();
        AtomicFile.write(file, channel -> {
            AtomicFile.writeAll(channel, header);
            AtomicFile.writeFloats(channel, features.values(), 0, features.values().length);
        });
        writeBeside(file, features);
    }

    private static void writeBeside(Path file, Features features) {
        String name = String.valueOf(file.getFileName());
        String stem = name.substring(0, name.lastIndexOf('.'));
        if (!features.paths().isEmpty()) {
            AtomicFile.write(file.resolveSibling(stem + "_names.txt"), String.join("\n", features.paths()) + "\n");
        }
        if (features.classes() != null) {
            Npy.write(file.resolveSibling(stem + "_labels.npy"), features.classes());
        }
    }
}
