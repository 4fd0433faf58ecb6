package org.fullrank.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.fullrank.data.ImageAssertions.assertFirst;
import static org.fullrank.data.ImageAssertions.assertRefused;
import static org.fullrank.data.ImageAssertions.decode;
import static org.fullrank.data.ImageAssertions.pixel;

import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the samples of a PNG mean.
class PngImageTest {
    @ParameterizedTest
    @CsvSource({"1,0,0,255", "2,0x1B,0,255", "4,0x0F,0,255", "8,0x37,0x37,0x99"})
    void fewBitsAreSpread(int bits, String stored, String first, String last) throws IOException {
        int width = Math.max(2, 8 / bits);
        int[] row = new int[1 + Math.max(1, width * bits / 8)];
        row[1] = bits == 1 ? 0x7F : Integer.decode(stored);
        row[row.length - 1] = bits == 8 ? 0x99 : row[row.length - 1];
        byte[] png = PngSample.of(1, width, 0, bits).build(row);
        assertThat(pixel(png, 0, 0)).containsOnly(Integer.decode(first));
        assertThat(pixel(png, 0, width - 1)).containsOnly(Integer.decode(last));
    }

    @Test
    void sixteenBitsKeepTheUpperEight() throws IOException {
        assertFirst(PngSample.of(1, 1, 2, 16).build(0, 0x80, 0xFF, 0x12, 0x34, 0xFF, 0), 0, 0x80, 0x12, 0xFF);
        assertFirst(PngSample.of(1, 1, 4, 16).build(0, 0x64, 0, 0xA5, 0), 0, 155, 155, 155);
    }

    @Test
    void oneColorOrEntryIsTransparent() throws IOException {
        byte[] rgb = PngSample.of(1, 2, 2, 8).chunk("tRNS", 0, 9, 0, 8, 0, 7).build(0, 9, 8, 7, 9, 8, 6);
        assertThat(pixel(rgb, 0, 0)).containsOnly(255);
        assertThat(pixel(rgb, 0, 1)).containsExactly(9, 8, 6);
        byte[] gray = PngSample.of(1, 2, 0, 16).chunk("tRNS", 1, 2).build(0, 1, 2, 1, 3);
        assertThat(pixel(gray, 0, 0)).containsOnly(255);
        assertThat(pixel(gray, 0, 1)).containsOnly(1);
        byte[] palette = PngSample.of(1, 2, 3, 8)
                .chunk("PLTE", 10, 20, 30, 40, 50, 60)
                .chunk("tRNS", 0)
                .build(0, 0, 1);
        assertThat(pixel(palette, 0, 0)).containsOnly(255);
        assertThat(pixel(palette, 0, 1)).containsExactly(40, 50, 60);
    }

    @Test
    void anEntryBeyondThePaletteIsDamage() {
        byte[] png = PngSample.of(1, 1, 3, 8).chunk("PLTE", 1, 2, 3).build(0, 5);
        assertRefused(png, "color 5 of its palette, expected less than 1");
    }

    @ParameterizedTest
    @CsvSource({"1,0,0", "2,0,1", "3,2,1", "4,2,0", "5,0,0", "6,0,2", "7,1,2", "8,1,0"})
    void orientationIsApplied(int orientation, int y, int x) throws IOException {
        byte[] exif = PngSample.of(3, 2, 0, 8)
                .chunk("eXIf", JpegSample.exifBlock(orientation))
                .build(0, 200, 0, 0, 0, 0, 0, 0, 0);
        assertThat(pixel(exif, y, x)).containsOnly(200);
        byte[] text = ("XML:com.adobe.xmp\0\0\0\0\0" + JpegSample.xmp(orientation)).getBytes(StandardCharsets.US_ASCII);
        byte[] xmp = PngSample.of(3, 2, 0, 8).chunk("iTXt", text).build(0, 200, 0, 0, 0, 0, 0, 0, 0);
        assertThat(pixel(xmp, y, x)).containsOnly(200);
    }

    /// 55 of 255 is the light that sRGB stores as 128.
    @Test
    void gammaCountsUnlessSomethingElseSaysMore() throws IOException {
        byte[] linear = ByteBuffer.allocate(4).putInt(100_000).array();
        byte[] usual = ByteBuffer.allocate(4).putInt(45_455).array();
        assertFirst(PngSample.of(1, 1, 0, 8).chunk("gAMA", linear).build(0, 55), 0, 128, 128, 128);
        assertFirst(PngSample.of(1, 1, 0, 8).chunk("gAMA", usual).build(0, 55), 0, 55, 55, 55);
        byte[] both =
                PngSample.of(1, 1, 0, 8).chunk("sRGB", 0).chunk("gAMA", linear).build(0, 55);
        assertFirst(both, 0, 55, 55, 55);
    }

    @Test
    void aProfileIsAppliedAndADamagedOneIsIgnoredWithARemark() throws IOException {
        var chunk = new ByteArrayOutputStream();
        chunk.writeBytes(new byte[] {'x', 0, 0});
        chunk.writeBytes(SampleFiles.zlib(
                ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData()));
        byte[] png = PngSample.of(1, 1, 2, 8).chunk("iCCP", chunk.toByteArray()).build(0, 55, 55, 55);
        assertFirst(png, 1, 128, 128, 128);
        byte[] damaged =
                PngSample.of(1, 1, 2, 8).chunk("iCCP", 'x', 0, 0, 1, 2, 3).build(0, 55, 55, 55);
        assertFirst(damaged, 0, 55, 55, 55);
        assertThat(decode(damaged).remark()).contains("color profile is ignored");
    }

    @Test
    void whatIsNotFollowedIsSaid() throws IOException {
        ByteBuffer primaries = ByteBuffer.allocate(32);
        for (int value : new int[] {31270, 32900, 73470, 26530, 15960, 84040, 3660, 10}) {
            primaries.putInt(value);
        }
        byte[] wide = PngSample.of(1, 1, 2, 8).chunk("cHRM", primaries.array()).build(0, 1, 2, 3);
        assertThat(decode(wide).remark()).contains("cHRM");
        byte[] bright = PngSample.of(1, 1, 2, 8).chunk("cICP", 9, 16, 0, 1).build(0, 1, 2, 3);
        assertRefused(bright, "high dynamic range");
    }

    @Test
    void aWrongChecksumIsDamage() {
        byte[] png = PngSample.of(1, 1, 2, 8).build(0, 1, 2, 3);
        png[16 + 4] ^= 1;
        assertRefused(png, "checksum of its chunk IHDR");
    }
}
