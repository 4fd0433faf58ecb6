package org.fullrank.trained;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Dataset;
import org.fullrank.data.Items;
import org.fullrank.data.SamplingOrder;
import org.fullrank.data.Split;
import org.fullrank.diagnose.Diagnosis;
import org.fullrank.diagnose.Doctor;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.method.Method;
import org.fullrank.monitor.Monitor;
import org.fullrank.rows.Batches;
import org.fullrank.rows.RowStream;
import org.fullrank.rows.RowStreams;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewTensors;

/// Diagnoses a trained network: its representation, its embedding and blocks of its encoder. The diagnosis
/// uses held-out items if there are any. The first view of an item is its plain view. The second view of an
/// item is the first one that training would draw.
final class LayerDiagnoses {
    /// Enough items for intervals of a few percent, in seconds.
    static final int ROWS = 2000;

    /// The first places of [Monitor#outputs] are the outputs of the encoder and of the projector.
    private static final int OUTPUTS = 2;

    private static final int BATCH = 256;

    private LayerDiagnoses() {}

    /// The test split; if there is none, the validation split; otherwise the training items.
    static Split heldOut(Dataset data) {
        return data.splits().contains(Split.TEST)
                ? Split.TEST
                : data.splits().contains(Split.VALIDATION)
                        ? Split.VALIDATION
                        : data.splits().getFirst();
    }

    /// At most [#ROWS] items of a split, taken from the start of a fixed order.
    ///
    /// @throws org.fullrank.engine.InputException when the data have no such split
    static Items items(Dataset data, Split split) {
        Items items = data.items(split);
        int[] order = SamplingOrder.epoch(0, 0, items.size());
        return items.subset(Arrays.copyOf(order, Math.min(ROWS, order.length)));
    }

    /// The diagnoses in the order of the places: representation, embedding, blocks.
    static List<Diagnosis> of(Method method, ViewGenerator views, Items items, List<String> blocks) {
        ViewGenerator generator = views.on(items);
        Device device = method.parameters().device();
        Map<String, Rows> plain = outputs(method, items, blocks, rows -> ViewTensors.plain(generator, rows, device));
        Map<String, Rows> second =
                outputs(method, items, blocks, rows -> ViewTensors.view(generator, rows, 0, 0, device));
        var diagnoses = new ArrayList<Diagnosis>();
        for (Map.Entry<String, Rows> place : plain.entrySet()) {
            RowStream first = place.getValue().stream(place.getKey());
            RowStream other = Objects.requireNonNull(second.get(place.getKey())).stream(place.getKey());
            try (Batches batches = Batches.of(first, other, items.labels())) {
                diagnoses.add(
                        diagnoses.size() < OUTPUTS
                                ? Doctor.examine(place.getKey(), batches)
                                : Doctor.examineBlock(place.getKey(), batches));
            }
        }
        return diagnoses;
    }

    /// The output of a place, row by row.
    private static final class Rows {
        private final List<float[]> parts = new ArrayList<>();
        private int width;

        void add(Tensor output) {
            width = Math.toIntExact(output.size(1));
            parts.add(Tensors.floats(output));
        }

        RowStream stream(String name) {
            float[] all = new float[parts.stream().mapToInt(p -> p.length).sum()];
            int begin = 0;
            for (float[] part : parts) {
                System.arraycopy(part, 0, all, begin, part.length);
                begin += part.length;
            }
            return RowStreams.of(name, all, width);
        }
    }

    private static Map<String, Rows> outputs(
            Method method, Items items, List<String> blocks, Function<int[], Tensor> view) {
        var places = new LinkedHashMap<String, Rows>();
        try (var off = Gradients.off()) {
            for (int begin = 0; begin < items.size(); begin += BATCH) {
                try (var scope = Scope.open()) {
                    Tensor x = view.apply(IntStream.range(begin, Math.min(items.size(), begin + BATCH))
                            .toArray());
                    Monitor.outputs(method, x, blocks)
                            .forEach((place, output) -> places.computeIfAbsent(place, p -> new Rows())
                                    .add(output));
                }
            }
        }
        return places;
    }
}
