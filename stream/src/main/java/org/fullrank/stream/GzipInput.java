package org.fullrank.stream;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Decompresses gzip. Damaged data are reported as an error of the input, not as a failed read. */
final class GzipInput extends FilterInputStream {
    private final String name;

    /**
     * @param name names the source in errors
     * @throws IllegalArgumentException when the data do not begin as gzip does
     */
    GzipInput(InputStream in, String name, int buffer) throws IOException {
        super(opened(in, name, buffer));
        this.name = name;
    }

    private static InputStream opened(InputStream in, String name, int buffer) throws IOException {
        try {
            return new GZIPInputStream(in, buffer);
        } catch (ZipException | EOFException e) {
            throw damaged(name, e);
        }
    }

    /** @throws IllegalArgumentException when the data are damaged or cut off */
    @Override
    public int read() throws IOException {
        try {
            return super.read();
        } catch (ZipException | EOFException e) {
            throw damaged(name, e);
        }
    }

    /** @throws IllegalArgumentException when the data are damaged or cut off */
    @Override
    public int read(byte[] into, int from, int count) throws IOException {
        try {
            return super.read(into, from, count);
        } catch (ZipException | EOFException e) {
            throw damaged(name, e);
        }
    }

    private static IllegalArgumentException damaged(String name, IOException e) {
        String reason = e instanceof EOFException ? "that end early" : "that are damaged";
        return new IllegalArgumentException(
                "%s: found gzip data %s, expected a whole file; get it again".formatted(name, reason), e);
    }
}
