package org.fullrank.spectral;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Tensors;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewTensors;

/// The values of views as rows. Views are drawn when they are read, so they are never all in memory. Images
/// are flattened, channel by channel.
///
/// @param items number of items
/// @param views number of views of each item, where sample `i * views + v` is view v of item i. 0 means one
///     plain view of each item
public record ViewRows(ViewGenerator generator, int items, int views) implements SampleRows {
    private static final int EPOCH = 0;

    /// All views of each item. [Groups#ofViews] relates them.
    public static ViewRows drawn(ViewGenerator generator, int items) {
        return new ViewRows(generator, items, generator.views());
    }

    /// One plain view of each item.
    public static ViewRows plain(ViewGenerator generator, int items) {
        return new ViewRows(generator, items, 0);
    }

    @Override
    public int size() {
        return Math.multiplyExact(items, Math.max(1, views));
    }

    @Override
    public int width() {
        return generator.shape().values();
    }

    @Override
    public Tensor at(int[] rows) {
        if (views == 0) {
            return wide(ViewTensors.plain(generator, rows, Device.CPU));
        }
        Tensor all = Tensors.empty(ScalarType.Double, rows.length, width());
        for (int view = 0; view < views; view++) {
            int wanted = view;
            int[] places = IntStream.range(0, rows.length)
                    .filter(i -> rows[i] % views == wanted)
                    .toArray();
            if (places.length > 0) {
                int[] indices = Arrays.stream(places).map(i -> rows[i] / views).toArray();
                Tensor drawn = ViewTensors.view(generator, indices, EPOCH, view, Device.CPU);
                all.index_copy_(0, Tensors.of(places), wide(drawn));
            }
        }
        return all;
    }

    private Tensor wide(Tensor views) {
        return views.to(ScalarType.Double).flatten(1, -1);
    }
}
