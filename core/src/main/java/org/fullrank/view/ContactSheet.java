package org.fullrank.view;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.fullrank.data.Items;
import org.fullrank.data.SamplingOrder;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.engine.Threads;
import org.fullrank.file.AtomicFile;

/// A picture that shows views. A contact sheet has one row per image: first the plain view, then the other
/// views, without normalization.
public final class ContactSheet {
    /// Small views are enlarged by a whole factor to at least this number of pixels, so that they are easy to
    /// see.
    public static final int MIN_CELL = 96;
    /// White pixels between the cells.
    public static final int GAP = 4;

    private static final int WHITE = 0xFFFFFF;

    private ContactSheet() {}

    /// Writes a sheet of some of the images, drawn by the seed, with the views of the first epoch.
    ///
    /// @param count largest number of images
    /// @throws InputException when the items are not images
    /// @throws JobException when the file cannot be written
    public static void write(Items items, ViewSpec views, long seed, int count, Path file) {
        if (!(ViewGenerator.of(items, views, seed, Threads.resolve(0)) instanceof ImageViewGenerator images)) {
            throw new InputException("contact sheet %s: found vectors, expected images; leave it out".formatted(file));
        }
        int[] order = SamplingOrder.epoch(seed, 0, items.size());
        write(draw(images, Arrays.copyOf(order, Math.min(count, order.length)), 0), file);
    }

    /// Writes an image as a PNG file.
    ///
    /// @throws JobException when the file cannot be written
    public static void write(BufferedImage sheet, Path file) {
        try {
            ByteArrayOutputStream png = new ByteArrayOutputStream();
            ImageIO.write(sheet, "png", png);
            AtomicFile.write(file, png.toByteArray());
        } catch (IOException e) {
            throw new IllegalStateException("an image in memory becomes PNG", e);
        }
    }

    /// The sheet as an image.
    ///
    /// @param epoch the epoch whose views are shown
    public static BufferedImage draw(ImageViewGenerator generator, int[] indices, int epoch) {
        int size = generator.spec().size();
        int zoom = Math.max(1, (MIN_CELL + size - 1) / size);
        int step = size * zoom + GAP;
        int columns = generator.views() + 1;
        BufferedImage sheet =
                new BufferedImage(columns * step + GAP, indices.length * step + GAP, BufferedImage.TYPE_INT_RGB);
        fill(sheet);
        try (Arena arena = Arena.ofConfined()) {
            int channels = generator.shape().channels();
            MemorySegment cell = arena.allocate((long) size * size * channels * Float.BYTES, Float.BYTES);
            for (int row = 0; row < indices.length; row++) {
                for (int column = 0; column < columns; column++) {
                    int[] one = {indices[row]};
                    if (column == 0) {
                        generator.fillPlain(one, cell);
                    } else {
                        generator.fill(one, epoch, column - 1, cell);
                    }
                    paint(generator.spec(), channels, cell, sheet, GAP + column * step, GAP + row * step, zoom);
                }
            }
        }
        return sheet;
    }

    /// Draws only plain views, side by side without gaps, in rows of `columns` views. A page cuts single
    /// images from this sheet.
    public static BufferedImage sprite(ImageViewGenerator generator, int[] indices, int columns) {
        int size = generator.spec().size();
        int channels = generator.shape().channels();
        int type = channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB;
        var sheet = new BufferedImage(columns * size, Math.ceilDiv(indices.length, columns) * size, type);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment cell = arena.allocate((long) size * size * channels * Float.BYTES, Float.BYTES);
            for (int i = 0; i < indices.length; i++) {
                generator.fillPlain(new int[] {indices[i]}, cell);
                paint(generator.spec(), channels, cell, sheet, i % columns * size, i / columns * size, 1);
            }
        }
        return sheet;
    }

    private static void fill(BufferedImage sheet) {
        int[] line = new int[sheet.getWidth()];
        Arrays.fill(line, WHITE);
        for (int y = 0; y < sheet.getHeight(); y++) {
            sheet.setRGB(0, y, line.length, 1, line, 0, line.length);
        }
    }

    private static void paint(
            ImageViews spec, int channels, MemorySegment cell, BufferedImage sheet, int left, int top, int zoom) {
        int side = spec.size() * zoom;
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                long at = ((long) (y / zoom) * spec.size() + x / zoom) * channels;
                int rgb = color(spec.normalize(), channels, cell, at);
                if (sheet.getType() == BufferedImage.TYPE_BYTE_GRAY) {
                    // No conversion, because a gray BufferedImage would assume another gamma.
                    sheet.getRaster().setSample(left + x, top + y, 0, rgb & 0xFF);
                } else {
                    sheet.setRGB(left + x, top + y, rgb);
                }
            }
        }
    }

    private static int color(Normalize normalize, int channels, MemorySegment cell, long at) {
        int rgb = 0;
        for (int k = 0; k < 3; k++) {
            int c = channels == 1 ? 0 : k;
            float value = cell.getAtIndex(ValueLayout.JAVA_FLOAT, at + c);
            float unit = value * normalize.std(c, channels) + normalize.mean(c, channels);
            rgb = rgb << 8 | Math.clamp(Math.round(255 * unit), 0, 255);
        }
        return rgb;
    }
}
