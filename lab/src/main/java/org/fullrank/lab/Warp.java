package org.fullrank.lab;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Tensors;

/// A rotation or a crop of a [GrayImages] image. Pixels are interpolated bilinearly; outside of the image they
/// are black.
///
/// @param map `[2 * 3]`, from the coordinates of the view to those of the image, both in `[-1, 1]`
/// @param drawn the numbers that were drawn for it
record Warp(double[] map, double... drawn) {
    private static final int BILINEAR = 0;
    private static final int BLACK = 0;

    static Warp none() {
        return new Warp(new double[] {1, 0, 0, 0, 1, 0});
    }

    static Warp rotation(double degrees) {
        double cos = Math.cos(Math.toRadians(degrees));
        double sin = Math.sin(Math.toRadians(degrees));
        return new Warp(new double[] {cos, -sin, 0, sin, cos, 0}, degrees);
    }

    /// A square part of the image, scaled to its size.
    ///
    /// @param side of the part, relative to that of the image
    /// @param x center of the part, from `side - 1` to `1 - side`
    /// @param y the same from top to bottom
    static Warp crop(double side, double x, double y) {
        return new Warp(new double[] {side, 0, x, 0, side, y}, side, x, y);
    }

    /// The views of the images, `[B, PIXELS]`. The tensor belongs to the scope of the caller.
    ///
    /// @param images `[B, PIXELS]`
    /// @param warps B warps
    static Tensor apply(Tensor images, List<Warp> warps) {
        int side = SevenSegments.SIDE;
        long count = warps.size();
        double[] maps = warps.stream()
                .flatMapToDouble(w -> java.util.Arrays.stream(w.map))
                .toArray();
        Tensor theta = Tensors.of(maps, count, 2, 3).to(ScalarType.Float);
        Tensor grid = torch.affine_grid_generator(theta, new long[] {count, 1, side, side}, false); // [B, 28, 28, 2]
        Tensor planes = images.view(count, 1, side, side);
        return torch.grid_sampler(planes, grid, BILINEAR, BLACK, false).view(count, GrayImages.PIXELS);
    }
}
