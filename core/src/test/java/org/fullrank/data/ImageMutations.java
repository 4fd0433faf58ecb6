package org.fullrank.data;

import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32;

/// Damages small images of every format, by a seed, and decodes them.
final class ImageMutations {
    /// Values at which sizes and offsets go wrong.
    private static final int[] EDGES = {
        0, 1, -1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x10000, Integer.MAX_VALUE, Integer.MIN_VALUE
    };

    private ImageMutations() {}

    /// A small image for each format and each way through the decoder.
    static Map<String, byte[]> samples() {
        var image = new BufferedImage(24, 20, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 24 * 20; i++) {
            image.setRGB(i % 24, i / 24, i * 7919 & 0xFFFFFF);
        }
        Map<String, byte[]> samples = new LinkedHashMap<>();
        for (String format : new String[] {"jpg", "png", "gif", "bmp", "tiff", "webp"}) {
            samples.put(format, SampleFiles.encode(image, format));
        }
        byte[] jpeg = SampleFiles.encode(image, "jpg");
        samples.put("jpeg with metadata", JpegSample.with(jpeg, JpegSample.exif(6), JpegSample.xmpSegment(3)));
        samples.put("cmyk", JpegSample.with(JpegSample.raw(1, 2, 3, 4), JpegSample.adobe(2)));
        samples.put(
                "palette",
                PngSample.of(2, 2, 3, 8)
                        .chunk("PLTE", 1, 2, 3, 4, 5, 6)
                        .chunk("tRNS", 9)
                        .chunk("eXIf", JpegSample.exifBlock(6))
                        .build(0, 0, 1, 0, 1, 0));
        byte[] rows = SampleFiles.counting(24 * 20 * 3);
        samples.put(
                "tiff deflate",
                tiff(2, 3, 8, SampleFiles.zlib(rows), 8).with(317, 3, 2).build());
        samples.put(
                "tiff cmyk", tiff(5, 4, 8, SampleFiles.counting(24 * 20 * 4), 1).build());
        samples.put(
                "tiff lab", tiff(8, 3, 16, SampleFiles.counting(24 * 20 * 6), 1).build());
        samples.put(
                "tiff float",
                tiff(1, 1, 32, new byte[24 * 20 * 4], 1).with(339, 3, 3).build());
        samples.put(
                "tiff ycc",
                tiff(6, 3, 8, SampleFiles.counting(12 * 10 * 6), 1)
                        .with(530, 3, 2, 2)
                        .build());
        samples.put("tiff jpeg", tiff(6, 3, 8, jpeg, 7).build());
        samples.put("tiff fax", tiff(0, 1, 1, SampleFiles.counting(60), 4).build());
        samples.put(
                "tiff tiles",
                tiff(1, 1, 8, new byte[1024], 1)
                        .with(322, 3, 32)
                        .with(323, 3, 32)
                        .build());
        return samples;
    }

    private static TiffSample tiff(int photometric, int channels, int bits, byte[] strip, int compression) {
        return TiffSample.of(photometric, 20, 24, channels, bits, strip).with(259, 3, compression);
    }

    /// A damaged copy: bytes, numbers at the edge of their range, a cut, a piece moved or doubled.
    static byte[] damaged(byte[] good, RandomGenerator random) {
        byte[] bad = good.clone();
        for (int n = random.nextInt(1, 5); n > 0; n--) {
            int at = random.nextInt(Math.min(bad.length, random.nextBoolean() ? 200 : bad.length));
            switch (random.nextInt(6)) {
                case 0 -> bad[at] = (byte) random.nextInt();
                case 1 -> bad[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> {
                    if (at + 4 <= bad.length) {
                        int edge = EDGES[random.nextInt(EDGES.length)];
                        ByteBuffer.wrap(bad).putInt(at, random.nextBoolean() ? edge : Integer.reverseBytes(edge));
                    }
                }
                case 3 -> {
                    if (at + 2 <= bad.length) {
                        ByteBuffer.wrap(bad).putShort(at, (short) EDGES[random.nextInt(EDGES.length)]);
                    }
                }
                case 4 -> {
                    int length = Math.min(random.nextInt(1, 30), bad.length - at);
                    System.arraycopy(bad, at, bad, random.nextInt(bad.length - length + 1), length);
                }
                default -> bad = random.nextInt(4) == 0 ? Arrays.copyOf(bad, at + 1) : bad;
            }
        }
        return bad;
    }

    /// PNG checks its chunks: gives those of a damaged copy right sums, so that what lies behind is tried
    /// too.
    static byte[] withSums(byte[] png) {
        byte[] out = png.clone();
        ByteBuffer file = ByteBuffer.wrap(out);
        for (int at = 8; at + 12 <= out.length; ) {
            int length = file.getInt(at);
            if (length < 0 || length > out.length - at - 12) {
                break;
            }
            var crc = new CRC32();
            crc.update(out, at + 4, length + 4);
            file.putInt(at + 8 + length, (int) crc.getValue());
            at += length + 12;
        }
        return out;
    }
}
