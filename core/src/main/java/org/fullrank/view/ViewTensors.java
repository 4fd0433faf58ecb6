package org.fullrank.view;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Tensors;

/// Views as tensors on the device of the network. The caller's scope owns them.
public final class ViewTensors {
    private ViewTensors() {}

    /// View `view` of the items `indices`, `[B, C, H, W]`, `[B, F]` or `[B, C, L]`.
    public static Tensor view(ViewGenerator generator, int[] indices, int epoch, int view, Device device) {
        Tensor host = host(generator, indices);
        generator.fill(indices, epoch, view, Tensors.segment(host));
        return channelsFirst(Tensors.to(host, device));
    }

    /// The plain views of the items `indices`, for evaluation, `[B, C, H, W]`, `[B, F]` or `[B, C, L]`.
    public static Tensor plain(ViewGenerator generator, int[] indices, Device device) {
        Tensor host = host(generator, indices);
        generator.fillPlain(indices, Tensors.segment(host));
        return channelsFirst(Tensors.to(host, device));
    }

    private static Tensor host(ViewGenerator generator, int[] indices) {
        return host(generator, indices.length);
    }

    /// Uninitialized memory on the host for one view of `items` items, `[B, H, W, C]`, `[B, F]` or `[B, C, L]`.
    static Tensor host(ViewGenerator generator, int items) {
        long[] item = generator.shape().memory();
        long[] shape = new long[item.length + 1];
        shape[0] = items;
        System.arraycopy(item, 0, shape, 1, item.length);
        return Tensors.empty(ScalarType.Float, shape);
    }

    /// `[B, H, W, C]` to `[B, C, H, W]` without a copy. libtorch's convolutions are fastest if the channels of a
    /// pixel are next to each other in memory.
    static Tensor channelsFirst(Tensor t) {
        return t.dim() == 4 ? t.permute(0, 3, 1, 2) : t;
    }
}
