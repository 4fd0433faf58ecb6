package org.fullrank.image;

import javax.imageio.stream.ImageInputStreamImpl;

/**
 * An array of bytes as an input of ImageIO. Unlike ImageIO's own class, this class does not copy the bytes
 * or cache blocks.
 */
final class ByteArrayImageInput extends ImageInputStreamImpl {
    private final byte[] bytes;

    ByteArrayImageInput(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public int read() {
        bitOffset = 0;
        return streamPos < bytes.length ? bytes[(int) streamPos++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] into, int from, int length) {
        bitOffset = 0;
        if (length == 0) {
            return 0;
        }
        int left = (int) Math.min(length, bytes.length - streamPos);
        if (left <= 0) {
            return -1;
        }
        System.arraycopy(bytes, (int) streamPos, into, from, left);
        streamPos += left;
        return left;
    }

    @Override
    public long length() {
        return bytes.length;
    }
}
