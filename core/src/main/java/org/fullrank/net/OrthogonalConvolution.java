package org.fullrank.net;

import org.bytedeco.pytorch.LongArrayRefOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

/// A convolution with circular borders that is an orthogonal map of images, `[B, in, H, W] -> [B, out, H, W]`
/// with `in <= out`: it keeps the norm of every image. Its kernel is as large as the image and is held in the
/// Fourier domain, where the map multiplies each frequency by a unitary matrix `[out, out]` (projUNN: Kiani,
/// Balestriero, LeCun, Lloyd 2022, arXiv 2203.05483, on unitary convolutions). Missing input channels count as
/// zeros. Every optimizer keeps the matrices unitary, see [org.fullrank.optim.OrthogonalGroup].
///
/// A pixel takes `2 in out` products in the matrices, a 3x3 convolution 9. The layer has `H W out^2` numbers.
///
/// @param own the matrices at the frequencies [FourierGrid#own], `[R, out, out]`
/// @param paired those at [FourierGrid#paired], `[F, out, out, 2]`; null if there are none
record OrthogonalConvolution(
        FourierGrid grid, int in, Parameter own, @Nullable Parameter paired) {
    private static final long[] IMAGE = {-2, -1};

    /// Declares the layer. It starts as a random 3x3 convolution, see [OrthogonalKernel].
    ///
    /// @throws InputException when there are more inputs than outputs
    static Layer of(NetworkBuilder net, int in, int out, FourierGrid grid) {
        InputException.when(
                in > out,
                "encoder.channels: found an orthogonal convolution of %d channels to %d, expected at least as many as"
                        + " before, because a map to fewer cannot keep the norm; raise the %d or use"
                        + " encoder.orthogonal=false",
                in,
                out,
                out);
        long key = net.key("kernel");
        int pairs = grid.paired().length;
        var layer = new OrthogonalConvolution(
                grid,
                in,
                net.orthogonal("own", new Init.Kernel(grid, out, key, false), grid.own().length, out),
                pairs == 0 ? null : net.unitary("paired", new Init.Kernel(grid, out, key, true), pairs, out));
        return NonFiniteTrace.layer("orthogonal convolution", net.path(), (x, mode) -> layer.forward(x));
    }

    /// The image at half the size, rounded up, without a new frequency: if the next layer has room for four
    /// times the channels, each 2x2 pixels become channels, which keeps the norm. Otherwise they become their
    /// mean.
    ///
    /// @param room channels of the next layer
    static Layer halve(int in, int room) {
        if (halvedChannels(in, room) == in) {
            long[] two = {2, 2};
            return (x, mode) -> torch.avg_pool2d(x, two, two, new long[] {0, 0}, true, false, new LongOptional());
        }
        return (x, mode) -> {
            long[] even = {0, x.size(3) % 2, 0, x.size(2) % 2};
            return torch.pixel_unshuffle(torch.constant_pad_nd(x, even), 2);
        };
    }

    /// Channels after [#halve].
    static int halvedChannels(int in, int room) {
        return 4L * in <= room ? 4 * in : in;
    }

    private Tensor forward(Tensor x) {
        InputException.unless(
                x.size(2) == grid.height() && x.size(3) == grid.width(),
                "orthogonal convolution: found images of %d x %d pixels, expected %d x %d, the size of its kernel; use"
                        + " views of the size of the training",
                x.size(2),
                x.size(3),
                grid.height(),
                grid.width());
        // bfloat16 has no Fourier transform, and its matrices would not be unitary.
        try (var exact = Precision.FP32.autocast(Device.of(x))) {
            Tensor image = x.to(own.tensor().scalar_type()); // [B, in, H, W]
            Tensor waves = torch.fft_rfft2(
                    image, new LongArrayRefOptional(), IMAGE, new StringViewOptional()); // [B, in, H, W']
            Tensor product = spectrum().bmm(waves.permute(2, 3, 1, 0).flatten(0, 1)); // [H W', out, B]
            Tensor moved = product.view(grid.height(), grid.columns(), product.size(1), product.size(2))
                    .permute(3, 2, 0, 1); // [B, out, H, W']
            long[] size = {grid.height(), grid.width()};
            return torch.fft_irfft2(moved, size, IMAGE, new StringViewOptional()); // [B, out, H, W]
        }
    }

    /// The matrices at all frequencies of the transform, without the columns of missing inputs, `[H W', out,
    /// in]`, complex.
    Tensor spectrum() {
        Tensor real = own.tensor().narrow(2, 0, in); // [R, out, in]
        var parts = new TensorVector(torch.stack(new TensorVector(real, torch.zeros_like(real)), -1));
        if (paired != null) {
            parts.push_back(paired.tensor().narrow(2, 0, in));
        }
        double[] signs = new double[2 * grid.size()];
        for (int i = 0; i < signs.length; i++) {
            signs[i] = i % 2 == 1 && grid.isMirrored(i / 2) ? -1 : 1;
        }
        Device device = Device.of(real);
        Tensor places = Tensors.to(Tensors.of(grid.places()), device); // [H W']
        Tensor conjugated = Tensors.of(signs, grid.size(), 1, 1, 2).to(device.handle(), real.scalar_type());
        return torch.view_as_complex(torch.cat(parts, 0).index_select(0, places).mul(conjugated));
    }
}
