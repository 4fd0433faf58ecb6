package org.fullrank.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.fullrank.data.ImageAssertions.assertRefused;
import static org.fullrank.data.ImageAssertions.decode;
import static org.fullrank.data.TiffSample.LONG;
import static org.fullrank.data.TiffSample.SHORT;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Files made to harm: each is refused in one line, before much memory is taken.
class HostileImageTest {
    private static TiffSample gray(int height, int width, byte[]... strips) {
        return TiffSample.of(1, height, width, 1, 8, strips);
    }

    @ParameterizedTest
    @CsvSource({"60000,60000,60000 x 60000", "0,5,0 x 5", "5,0,5 x 0", "2147483647,2,2147483647 x 2"})
    void theSizeOfATiffIsLimited(int width, int height, String says) {
        assertRefused(gray(height, width, new byte[4]).build(), says, "data.maxPixels");
    }

    @Test
    void theSizeOfAPngIsLimited() {
        assertRefused(PngSample.of(60_000, 60_000, 2, 8).build(0), "60000 x 60000");
        assertRefused(PngSample.of(0, 1, 2, 8).build(0), "1 x 0");
        assertRefused(PngSample.of(1, -1, 2, 8).build(0), "-1 x 1");
    }

    @Test
    void stripsHoldWhatTheyClaim() {
        assertRefused(gray(100, 100, new byte[99]).build(), "99 bytes, too few for 10000");
        assertRefused(gray(4, 2, new byte[8]).with(278, LONG, 1).build(), "1 strips or tiles, expected 4");
        byte[] deflated = SampleFiles.zlib(new byte[5000]);
        assertRefused(gray(100, 100, deflated).with(259, SHORT, 8).build(), "ends after 5000 of 10000 bytes");
        assertRefused(gray(100, 100, new byte[3]).with(259, SHORT, 5).build(), "of 10000 bytes");
        byte[] beyond = gray(2, 2, new byte[4]).build();
        ByteBuffer file = ByteBuffer.wrap(beyond).order(ByteOrder.LITTLE_ENDIAN);
        file.putInt(entry(file, 273) + 8, 1 << 30);
        assertRefused(beyond, "outside of the file");
    }

    /// Where the directory has a tag.
    private static int entry(ByteBuffer tiff, int tag) {
        int at = tiff.getInt(4) + 2;
        while (tiff.getShort(at) != tag) {
            at += 12;
        }
        return at;
    }

    @Test
    void tilesAreOfASensibleSize() {
        byte[] image = gray(1, 1, new byte[64])
                .with(322, LONG, 1 << 30)
                .with(323, LONG, 1 << 30)
                .with(259, SHORT, 8)
                .build();
        assertRefused(image, "too large");
    }

    @Test
    void manyStripsOfTheSameBytesAreRefused() {
        byte[][] strips = new byte[4096][];
        Arrays.fill(strips, new byte[1 << 6]);
        byte[] image = gray(4096, 64, strips).with(278, LONG, 1).build();
        ByteBuffer file = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        int counts = file.getInt(entry(file, 279) + 8);
        for (int i = 0; i < 4096; i++) {
            file.putInt(counts + 4 * i, 1 << 15);
        }
        assertRefused(image, "overlap");
    }

    @Test
    void aCircleOfDirectoriesIsNotFollowed() throws IOException {
        byte[] image = gray(1, 1, new byte[] {9}).build();
        ByteBuffer file = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        file.putInt(image.length - 4, file.getInt(4));
        assertThat(decode(image).pixels().rgb()).containsOnly(9);
        file.putInt(4, image.length + 100);
        assertRefused(image, "directory lies outside");
    }

    @Test
    void aJpegOfThousandsOfScansIsRefused() {
        byte[] jpeg = JpegSample.raw(10, 128, 128);
        for (int at = 2; ; at++) {
            if (jpeg[at] == (byte) 0xFF && jpeg[at + 1] == (byte) 0xC0) {
                ByteBuffer.wrap(jpeg).putShort(at + 5, (short) 8000).putShort(at + 7, (short) 8000);
                break;
            }
        }
        var scans = new ByteArrayOutputStream();
        scans.write(jpeg, 0, jpeg.length - 2);
        for (int i = 0; i < 5000; i++) {
            scans.writeBytes(new byte[] {(byte) 0xFF, (byte) 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 1, 2});
        }
        assertRefused(scans.toByteArray(), "5001 scans");
    }

    @Test
    void aBmpAroundAnotherFormatIsRefused() {
        byte[] bmp = SampleFiles.image("bmp", 2, 2, 0);
        ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN).putInt(30, 4);
        assertRefused(bmp, "BMP around a JPEG or a PNG");
    }

    /// 64 million black pixels in 65 kB, which is allowed: the picture alone takes 200 MB.
    @Test
    void aSmallFileTakesLessThanAGigabyte() throws IOException {
        byte[] rows = SampleFiles.zlib(new byte[1 << 26]);
        byte[] image = gray(1 << 13, 1 << 13, rows).with(259, SHORT, 8).build();
        assertThat(image.length).isLessThan(1 << 17);
        long before = FuzzReport.allocated();
        assertThat(decode(image).pixels().rgb()[0]).isZero();
        assertThat(FuzzReport.allocated() - before).isLessThan(1L << 30);
    }
}
