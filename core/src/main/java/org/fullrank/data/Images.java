package org.fullrank.data;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;

/// Packed uint8 images. Each image is `[height, width, channels]`, row by row, with the channels of a pixel
/// together. Sizes may differ from image to image. An image has 3 channels (RGB) or 1 channel (gray, from IDX
/// and NumPy files).
public final class Images implements Items {
    private final int channels;
    private final int[] heights;
    private final int[] widths;
    private final long[] offsets;
    private final MemorySegment pixels;
    private final @Nullable Labels labels;
    private final List<String> paths;
    private final @Nullable Arena owner;
    private final boolean uniform;

    /// Items of a mapped pack. `owner` is closed with this object; null if another object owns the memory.
    Images(PackIndex.Items index, int channels, MemorySegment pixels, @Nullable Labels labels, @Nullable Arena owner) {
        this(channels, index.heights(), index.widths(), index.offsets(), pixels, labels, index.names(), owner);
    }

    private Images(
            int channels,
            int[] heights,
            int[] widths,
            long[] offsets,
            MemorySegment pixels,
            @Nullable Labels labels,
            List<String> paths,
            @Nullable Arena owner) {
        this.channels = channels;
        this.heights = heights;
        this.widths = widths;
        this.offsets = offsets;
        this.pixels = pixels;
        this.labels = labels;
        this.paths = paths;
        this.owner = owner;
        this.uniform = allEqual(heights) && allEqual(widths);
    }

    /// Images of one size from an array, copied.
    ///
    /// @param pixels `[N, height, width, channels]`
    /// @param channels 1 or 3
    public static Images of(byte[] pixels, int height, int width, int channels) {
        return of(pixels, height, width, channels, null);
    }

    /// Images of one size from an array, copied, with their classes.
    ///
    /// @param pixels `[N, height, width, channels]`
    /// @param channels 1 or 3
    /// @throws InputException when the array does not contain a whole number of images, or when the number of
    ///     labels differs
    public static Images of(byte[] pixels, int height, int width, int channels, @Nullable Labels labels) {
        long each = (long) height * width * channels;
        if (height < 1 || width < 1 || (channels != 1 && channels != 3) || pixels.length % each != 0) {
            throw new InputException("image array of " + pixels.length + " bytes, expected a multiple of " + height
                    + " x " + width + " x " + channels + " with 1 or 3 channels; check the shape");
        }
        int size = (int) (pixels.length / each);
        if (labels != null && labels.classes().length != size) {
            throw new InputException("image array holds " + size + " images but " + labels.classes().length
                    + " labels were given; give one label per image");
        }
        int[] heights = new int[size];
        int[] widths = new int[size];
        long[] offsets = new long[size];
        Arrays.fill(heights, height);
        Arrays.fill(widths, width);
        Arrays.setAll(offsets, i -> i * each);
        MemorySegment memory = Arena.ofAuto().allocate(Math.max(1, pixels.length), 64);
        MemorySegment.copy(pixels, 0, memory, ValueLayout.JAVA_BYTE, 0, pixels.length);
        return new Images(channels, heights, widths, offsets, memory, labels, List.of(), null);
    }

    /// Images one after another, copied.
    ///
    /// @param parts at least one, all with the same number of channels
    public static Images joined(List<Images> parts) {
        int channels = parts.getFirst().channels;
        int size = 0;
        long bytes = 0;
        for (Images part : parts) {
            if (part.channels != channels) {
                throw new InputException("images to join: found %d and %d channels, expected the same number"
                        .formatted(channels, part.channels));
            }
            size += part.size();
            bytes += part.bytes();
        }
        int[] heights = new int[size];
        int[] widths = new int[size];
        long[] offsets = new long[size];
        MemorySegment memory = Arena.ofAuto().allocate(Math.max(1, bytes), 64);
        int at = 0;
        long to = 0;
        for (Images part : parts) {
            for (int i = 0; i < part.size(); i++, at++) {
                heights[at] = part.heights[i];
                widths[at] = part.widths[i];
                offsets[at] = to;
                long length = part.bytes(i);
                MemorySegment.copy(part.pixels, part.offsets[i], memory, to, length);
                to += length;
            }
        }
        return new Images(channels, heights, widths, offsets, memory, null, List.of(), null);
    }

    private long bytes(int i) {
        return (long) heights[i] * widths[i] * channels;
    }

    private long bytes() {
        long bytes = 0;
        for (int i = 0; i < size(); i++) {
            bytes += bytes(i);
        }
        return bytes;
    }

    @Override
    public int size() {
        return offsets.length;
    }

    /// 3 for RGB, 1 for gray.
    public int channels() {
        return channels;
    }

    /// Height of image i in pixels.
    public int height(int i) {
        return heights[i];
    }

    /// Width of image i in pixels.
    public int width(int i) {
        return widths[i];
    }

    /// Whether all images have the same size.
    public boolean uniform() {
        return uniform;
    }

    /// The memory of all pixels, uint8. Read-only.
    public MemorySegment pixels() {
        return pixels;
    }

    /// Where image i begins in [#pixels()], in bytes; it has `height(i) * width(i) * channels()` bytes.
    public long offset(int i) {
        return offsets[i];
    }

    /// A copy of image i, `[height, width, channels]`.
    public byte[] copy(int i) {
        return pixels.asSlice(offsets[i], (long) heights[i] * widths[i] * channels)
                .toArray(ValueLayout.JAVA_BYTE);
    }

    @Override
    public @Nullable Labels labels() {
        return labels;
    }

    @Override
    public List<String> paths() {
        return paths;
    }

    @Override
    public Images subset(int[] indices) {
        int[] h = new int[indices.length];
        int[] w = new int[indices.length];
        long[] o = new long[indices.length];
        for (int i = 0; i < indices.length; i++) {
            int from = Objects.checkIndex(indices[i], offsets.length);
            h[i] = heights[from];
            w[i] = widths[from];
            o[i] = offsets[from];
        }
        Labels chosen = labels == null ? null : labels.subset(indices);
        return new Images(channels, h, w, o, pixels, chosen, Items.chosen(paths, indices), null);
    }

    @Override
    public void close() {
        if (owner != null && owner.scope().isAlive()) {
            owner.close();
        }
    }

    private static boolean allEqual(int[] values) {
        for (int value : values) {
            if (value != values[0]) {
                return false;
            }
        }
        return true;
    }
}
