package org.fullrank.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.file.Npy;
import org.fullrank.net.Mode;
import org.fullrank.trained.Trained;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewTensors;

/// Writes the representations of the training views of data, for a closed form that relates the views of an
/// item. Row `i * views + v` is view v of item i of the first split.
///
/// ```
/// bench/run EncodedViews RUN DATA OUT.npy
/// ```
public final class EncodedViews {
    private static final int BATCH = 256;
    private static final int EPOCH = 0;

    private EncodedViews() {}

    public static void main(String[] arguments) {
        var reading = new Trained.Reading(arguments[1], false);
        try (Trained trained = Trained.open(Path.of(arguments[0]), reading, System.err::println)) {
            var data = trained.data();
            int items = data.items(data.splits().getFirst()).size();
            int views = trained.views().views();
            float[][] parts = IntStream.range(0, (items + BATCH - 1) / BATCH)
                    .mapToObj(b -> encode(trained, b * BATCH, Math.min(items, (b + 1) * BATCH)))
                    .toArray(float[][]::new);
            float[] all = new float[Arrays.stream(parts).mapToInt(p -> p.length).sum()];
            int filled = 0;
            for (float[] part : parts) {
                System.arraycopy(part, 0, all, filled, part.length);
                filled += part.length;
            }
            Npy.write(Path.of(arguments[2]), all, all.length / (items * views));
        }
    }

    /// The representations of all views of the items `[begin, end)`, view by view for each item.
    private static float[] encode(Trained trained, int begin, int end) {
        int[] items = IntStream.range(begin, end).toArray();
        ViewGenerator views = trained.views();
        int count = views.views();
        float[] values = new float[0];
        for (int view = 0; view < count; view++) {
            try (var scope = Scope.withoutGradients()) {
                Tensor drawn = ViewTensors.view(views, items, EPOCH, view, Device.CPU);
                Tensor encoded = trained.method().encode(drawn, Mode.EVALUATE).to(ScalarType.Float);
                float[] rows = Tensors.floats(encoded); // [n, D]
                int width = rows.length / items.length;
                values = view == 0 ? new float[rows.length * count] : values;
                for (int i = 0; i < items.length; i++) {
                    System.arraycopy(rows, i * width, values, (i * count + view) * width, width);
                }
            }
        }
        return values;
    }
}
