package org.fullrank.image;

import java.awt.color.CMMException;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.ColorConvertOp;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** An embedded ICC profile. A profile converts gray, RGB or CMYK to sRGB. */
final class ColorProfile {
    /** Tables of a CMYK profile need two or three megabytes. Larger data are not a profile. */
    static final int MOST_BYTES = 1 << 24;

    /** Number of pixels that are converted at a time. */
    private static final int BAND = 1 << 16;

    /**
     * If the colors of a profile differ from those of sRGB by at most this many levels of 255, the profile
     * counts as sRGB and nothing is converted.
     */
    private static final int SAME = 2;

    private final ColorConvertOp conversion;
    private final int channels;

    private ColorProfile(ColorConvertOp conversion, int channels) {
        this.conversion = conversion;
        this.channels = channels;
    }

    /**
     * Reads a profile for images of {@code channels}; null when the profile is sRGB.
     *
     * @throws IOException with the reason in words, when the profile is damaged or has other channels
     */
    static @Nullable ColorProfile of(byte[] icc, int channels) throws IOException {
        try {
            ICC_Profile profile = ICC_Profile.getInstance(icc);
            int expected = switch (channels) {
                case 1 -> ColorSpace.TYPE_GRAY;
                case 3 -> ColorSpace.TYPE_RGB;
                default -> ColorSpace.TYPE_CMYK;
            };
            int type = profile.getProfileClass();
            if (profile.getColorSpaceType() != expected
                    || (type != ICC_Profile.CLASS_INPUT
                            && type != ICC_Profile.CLASS_DISPLAY
                            && type != ICC_Profile.CLASS_OUTPUT
                            && type != ICC_Profile.CLASS_COLORSPACECONVERSION)) {
                throw new IOException("it is not one of images with " + channels + " channels");
            }
            ICC_Profile[] both = {profile, ICC_Profile.getInstance(ColorSpace.CS_sRGB)};
            var found = new ColorProfile(new ColorConvertOp(both, null), channels);
            return channels < 4 && found.isSame() ? null : found;
        } catch (IllegalArgumentException | CMMException e) {
            throw new IOException("it is damaged", e);
        }
    }

    /** Whether the conversion leaves a grid of colors unchanged. */
    private boolean isSame() {
        int steps = channels == 1 ? 256 : 16;
        int count = (int) Math.pow(steps, channels);
        byte[] grid = new byte[count * channels];
        byte[] plain = new byte[count * 3];
        for (int i = 0; i < count; i++) {
            for (int c = 0, rest = i; c < 3; c++) {
                byte value = (byte) (rest % steps * 255 / (steps - 1));
                plain[3 * i + c] = value;
                if (c < channels) {
                    grid[channels * i + c] = value;
                }
                rest = channels == 1 ? rest : rest / steps;
            }
        }
        byte[] rgb = rgb(Picture.opaque(1, count, channels, grid));
        for (int i = 0; i < rgb.length; i++) {
            if (Math.abs((rgb[i] & 0xFF) - (plain[i] & 0xFF)) > SAME) {
                return false;
            }
        }
        return true;
    }

    /** The picture's samples as sRGB, uint8 {@code [height, width, 3]}. */
    byte[] rgb(Picture picture) {
        int pixels = picture.height() * picture.width();
        byte[] rgb = new byte[Math.multiplyExact(pixels, 3)];
        for (int from = 0; from < pixels; from += BAND) {
            int count = Math.min(BAND, pixels - from);
            byte[] in = Arrays.copyOfRange(picture.samples(), from * channels, (from + count) * channels);
            byte[] out = new byte[3 * count];
            conversion.filter(raster(in, count, channels), raster(out, count, 3));
            System.arraycopy(out, 0, rgb, 3 * from, out.length);
        }
        return rgb;
    }

    private static WritableRaster raster(byte[] data, int count, int channels) {
        int[] offsets = new int[channels];
        Arrays.setAll(offsets, i -> i);
        var model =
                new PixelInterleavedSampleModel(DataBuffer.TYPE_BYTE, count, 1, channels, channels * count, offsets);
        return Raster.createWritableRaster(model, new DataBufferByte(data, data.length), null);
    }
}
