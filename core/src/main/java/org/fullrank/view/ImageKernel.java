package org.fullrank.view;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Computes one view at a time from decoded pixels. The object owns the scratch memory of one thread. So each
/// thread needs its own instance.
///
/// The steps, with the layout of the picture after each:
/// 0. if color comes first: jitter and gray on planes of the whole image, row by row;
/// 1. rows of the crop, uint8 to [0, 1], resampled from top to bottom and transposed to columns;
/// 2. columns resampled from left to right, clamped, and mirrored if the view is flipped: planes, column by
///    column;
/// 3. rotation of the planes about their center;
/// 4. jitter and gray on the planes, unless they came first;
/// 5. blur from left to right, transposed to rows;
/// 6. blur from top to bottom, solarization, normalization, channels interleaved into the destination.
final class ImageKernel {
    private static final float[] UNIT = unit();
    private static final float[] NO_BLUR = {1};

    private final int size;
    private final int channels;
    private final float[] scale;
    private final float[] shift;
    private final float[][] planes;
    private final Rotation rotation;
    private final ColorStage color;
    private final float[][] rows;
    private final float[][] block;
    private final float[] row;
    private final ResampleAxis vertical = new ResampleAxis();
    private final ResampleAxis horizontal = new ResampleAxis();

    private byte[] bytes = new byte[0];
    private float[][] ring = new float[0][];
    private float[][] strip = new float[0][];
    private float[][] columns = new float[0][];
    private float[][] window = new float[0][];
    private float[][] colored = new float[0][];

    /// A kernel for views `[size, size, channels]`.
    ///
    /// @param channels 1 or 3
    ImageKernel(int size, int channels, Normalize normalize) {
        this.size = size;
        this.channels = channels;
        this.scale = new float[channels];
        this.shift = new float[channels];
        for (int c = 0; c < channels; c++) {
            scale[c] = 1 / normalize.std(c, channels);
            shift[c] = -normalize.mean(c, channels) * scale[c];
        }
        this.planes = new float[channels][size * size];
        this.rotation = new Rotation(planes, size);
        this.color = new ColorStage(channels);
        this.rows = new float[size][channels * size];
        this.block = new float[Rows.BLOCK][channels * size];
        this.row = new float[channels * size];
    }

    private static float[] unit() {
        float[] unit = new float[256];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = i / 255f;
        }
        return unit;
    }

    /// An image in the pixel storage, uint8 `[height, width, channels]`.
    ///
    /// @param offset of its first byte in `pixels`
    record Image(MemorySegment pixels, long offset, int height, int width) {}

    /// Writes the view of an image to `outOffset` bytes into `out`, float32 `[size, size, channels]`.
    void make(Image image, ImageDraw draw, Filter filter, MemorySegment out, long outOffset) {
        boolean first = draw.colorFirst() && (draw.jitter() || draw.gray());
        if (first) {
            colorWhole(image, draw);
        }
        resize(image, draw, filter, first);
        rotation.apply(draw.rotation());
        if (!first) {
            color.apply(planes, size * size, draw);
        }
        finish(draw, out, outOffset);
    }

    /// Writes the plain view of an image.
    void plain(Image image, MemorySegment out, long outOffset) {
        make(image, ImageDraw.plain(image.height(), image.width(), size), Filter.BICUBIC, out, outOffset);
    }

    /// Decodes the whole image into `colored` and applies jitter and gray to it.
    private void colorWhole(Image image, ImageDraw draw) {
        int count = Math.multiplyExact(image.height(), image.width());
        colored = Rows.reserve(colored, channels, count);
        reserveBytes(channels * image.width());
        strip = Rows.reserve(strip, Rows.BLOCK, channels * image.width());
        for (int y = 0; y < image.height(); y++) {
            read(image, y, 0, image.width(), strip[0]);
            for (int c = 0; c < channels; c++) {
                System.arraycopy(strip[0], c * image.width(), colored[c], y * image.width(), image.width());
            }
        }
        color.apply(colored, count, draw);
    }

    private void resize(Image image, ImageDraw draw, Filter filter, boolean fromColored) {
        Placement place = draw.placement();
        vertical.prepare(filter, place.height(), place.scaledHeight(), place.firstRow(), size);
        horizontal.prepare(filter, place.width(), place.scaledWidth(), place.firstColumn(), size);
        int low = horizontal.low();
        int used = horizontal.high() - low;
        columns = Rows.reserve(columns, used, channels * size);
        resizeVertically(image, place, low, used, fromColored);
        int n = channels * size;
        for (int x = 0; x < size; x++) {
            Rows.resample(columns, horizontal, x, low, row, n);
            int at = (draw.flip() ? size - 1 - x : x) * size;
            for (int i = 0; i < n; i++) {
                row[i] = Math.max(Math.min(row[i], 1f), 0f);
            }
            for (int c = 0; c < channels; c++) {
                System.arraycopy(row, c * size, planes[c], at, size);
            }
        }
    }

    /// Fills the columns 0 to `used` - 1 from the source columns that start at `low`.
    private void resizeVertically(Image image, Placement place, int low, int used, boolean fromColored) {
        int n = channels * used;
        ring = Rows.reserve(ring, vertical.widest(), n);
        strip = Rows.reserve(strip, Rows.BLOCK, n);
        reserveBytes(n);
        int left = place.left() + low;
        int next = vertical.low();
        for (int y = 0; y < size; y++) {
            for (int end = vertical.start(y) + vertical.taps(y); next < end; next++) {
                float[] line = ring[next % ring.length];
                if (fromColored) {
                    int from = (place.top() + next) * image.width() + left;
                    for (int c = 0; c < channels; c++) {
                        System.arraycopy(colored[c], from, line, c * used, used);
                    }
                } else {
                    read(image, place.top() + next, left, used, line);
                }
            }
            int k = y % Rows.BLOCK;
            Rows.resample(ring, vertical, y, 0, strip[k], n);
            if (k == Rows.BLOCK - 1 || y == size - 1) {
                Rows.transpose(strip, k + 1, channels, used, columns, size, y - k);
            }
        }
    }

    private void reserveBytes(int count) {
        if (bytes.length < count) {
            bytes = new byte[count];
        }
    }

    /// Reads `length` pixels of row `y`, starting at column `left`.
    private void read(Image image, int y, int left, int length, float[] to) {
        long from = image.offset() + ((long) y * image.width() + left) * channels;
        MemorySegment.copy(image.pixels(), ValueLayout.JAVA_BYTE, from, bytes, 0, channels * length);
        decode(bytes, to, length);
    }

    private void decode(byte[] from, float[] to, int length) {
        if (channels == 1) {
            for (int i = 0; i < length; i++) {
                to[i] = UNIT[from[i] & 0xFF];
            }
            return;
        }
        int green = length;
        int blue = 2 * length;
        for (int i = 0, j = 0; i < length; i++, j += 3) {
            to[i] = UNIT[from[j] & 0xFF];
            to[green + i] = UNIT[from[j + 1] & 0xFF];
            to[blue + i] = UNIT[from[j + 2] & 0xFF];
        }
    }

    private void finish(ImageDraw draw, MemorySegment out, long outOffset) {
        int n = channels * size;
        float[] weights = draw.sigma() > 0 ? draw.kernel().weights(draw.sigma(), size) : NO_BLUR;
        int radius = weights.length - 1;
        turn(weights, radius);
        for (int y = 0; y < size; y++) {
            float[] line = rows[y];
            if (radius > 0) {
                Rows.blur(rows, size, y, weights, radius, row, n);
                line = row;
            }
            if (draw.solarize()) {
                Color.solarize(line, draw.threshold(), n);
            }
            int target = draw.verticalFlip() ? size - 1 - y : y;
            store(line, out, outOffset + 4L * target * n);
        }
    }

    /// Transposes the planes from columns to rows, and blurs them across the columns.
    private void turn(float[] weights, int radius) {
        int n = channels * size;
        window = Rows.reserve(window, 2 * radius + 1, n);
        int loaded = 0;
        for (int x = 0; x < size; x++) {
            int k = x % Rows.BLOCK;
            if (radius == 0) {
                gather(x, block[k]);
            } else {
                for (int end = Math.min(size, x + radius + 1); loaded < end; loaded++) {
                    gather(loaded, window[loaded % window.length]);
                }
                Rows.blur(window, size, x, weights, radius, block[k], n);
            }
            if (k == Rows.BLOCK - 1 || x == size - 1) {
                Rows.transpose(block, k + 1, channels, size, rows, size, x - k);
            }
        }
    }

    private void gather(int x, float[] column) {
        for (int c = 0; c < channels; c++) {
            System.arraycopy(planes[c], x * size, column, c * size, size);
        }
    }

    private void store(float[] line, MemorySegment out, long at) {
        float[] pixels = block[0];
        if (channels == 1) {
            for (int x = 0; x < size; x++) {
                pixels[x] = line[x] * scale[0] + shift[0];
            }
        } else {
            interleave(line, pixels);
        }
        MemorySegment.copy(pixels, 0, out, ValueLayout.JAVA_FLOAT_UNALIGNED, at, channels * size);
    }

    private void interleave(float[] line, float[] pixels) {
        float redScale = scale[0];
        float redShift = shift[0];
        float greenScale = scale[1];
        float greenShift = shift[1];
        float blueScale = scale[2];
        float blueShift = shift[2];
        for (int x = 0, j = 0; x < size; x++, j += 3) {
            pixels[j] = line[x] * redScale + redShift;
            pixels[j + 1] = line[size + x] * greenScale + greenShift;
            pixels[j + 2] = line[2 * size + x] * blueScale + blueShift;
        }
    }
}
