package org.fullrank.rows;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import org.fullrank.engine.InputException;
import org.fullrank.file.SafeTensors;
import org.fullrank.file.SafeTensors.Extent;

/// The tensors of a safetensors file.
record TensorArchive(Path file) implements Archive {
    @Override
    public String name() {
        return "safetensors file " + file;
    }

    @Override
    public SequencedMap<String, List<Long>> shapes() {
        var shapes = new LinkedHashMap<String, List<Long>>();
        try (var tensors = SafeTensors.open(file)) {
            for (String name : tensors.names()) {
                shapes.put(name, Objects.requireNonNull(tensors.extent(name)).shape());
            }
        }
        return shapes;
    }

    @Override
    public List<String> others() {
        try (var tensors = SafeTensors.open(file)) {
            return tensors.others();
        }
    }

    @Override
    public RowStream open(String array, boolean vector) {
        Extent extent;
        try (var tensors = SafeTensors.open(file)) {
            extent = Objects.requireNonNull(tensors.extent(array));
        }
        var cells = new Cells(extent.type(), SafeTensors.bytes(extent.type()), ByteOrder.LITTLE_ENDIAN);
        ArrayLayout layout =
                ArrayLayout.of("%s, tensor %s".formatted(name(), array), cells, extent.shape(), false, vector);
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            return ArrayRows.byRows(layout, channel.position(extent.offset()));
        } catch (IOException e) {
            throw new InputException("%s: cannot be read (%s); get the file again".formatted(name(), e), e);
        }
    }
}
