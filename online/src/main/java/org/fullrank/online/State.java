package org.fullrank.online;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * The byte format of a state. A state has 8 bytes with the name of the format, the version, the length of the
 * content, the content, and the CRC-32C of everything before it. Numbers are big-endian.
 */
final class State {
    /** The version that is written. Other versions are refused. */
    static final int VERSION = 1;

    private static final long NAME = 0x46524f4e4c494e45L; // FRONLINE
    private static final int HEADER_BYTES = Long.BYTES + 2 * Integer.BYTES;
    private static final int CHECKSUM_BYTES = Integer.BYTES;

    /** Writes or reads the content of a state. */
    interface Writer {
        void write(DataOutputStream out) throws IOException;
    }

    /** Creates an object from the content of a state. */
    interface Reader<T> {
        T read(DataInputStream in) throws IOException;
    }

    private State() {}

    /** The bytes of a state. */
    static byte[] seal(Writer content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeLong(NAME);
            out.writeInt(VERSION);
            out.writeInt(0); // the length, set below
            content.write(out);
            out.writeInt(0); // the checksum, set below
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] sealed = bytes.toByteArray();
        int end = sealed.length - CHECKSUM_BYTES;
        ByteBuffer.wrap(sealed).putInt(HEADER_BYTES - Integer.BYTES, end - HEADER_BYTES);
        ByteBuffer.wrap(sealed).putInt(end, checksum(sealed, end));
        return sealed;
    }

    /**
     * Checks bytes that {@link #seal} made, and reads their content.
     *
     * @param subject names the state in errors
     * @throws IllegalArgumentException when the bytes are damaged or are not a state
     */
    static <T> T open(String subject, byte[] sealed, Reader<T> content) {
        Check.that(
                sealed.length > HEADER_BYTES + CHECKSUM_BYTES,
                "%s: found %d bytes, expected a state of more than %d; it is empty or cut off, use a copy",
                subject,
                sealed.length,
                HEADER_BYTES + CHECKSUM_BYTES);
        ByteBuffer header = ByteBuffer.wrap(sealed);
        Check.that(
                header.getLong() == NAME,
                "%s: found a beginning that no state has, expected FRONLINE; name a state file",
                subject);
        int version = header.getInt();
        Check.that(
                version == VERSION,
                "%s: found version %d, expected %d; use the version of Fullrank that wrote it",
                subject,
                version,
                VERSION);
        int length = header.getInt();
        int end = sealed.length - CHECKSUM_BYTES;
        Check.that(
                length == end - HEADER_BYTES,
                "%s: found %d bytes of content, expected %d; it was cut off or extended, use a copy",
                subject,
                end - HEADER_BYTES,
                length);
        Check.that(
                header.getInt(end) == checksum(sealed, end),
                "%s: found a wrong checksum, expected that of its content; it is damaged, use a copy",
                subject);
        try {
            return content.read(new DataInputStream(new ByteArrayInputStream(sealed, HEADER_BYTES, length)));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "%s: found a content that ends early, expected all values; use a copy".formatted(subject), e);
        }
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    /**
     * Replaces the file atomically. Readers see either the old content or the new one. If the disk is full, the old
     * content is kept.
     */
    static void save(Path path, byte[] bytes) throws IOException {
        Path temporary = path.resolveSibling("." + path.getFileName() + ".part");
        try {
            try (FileChannel channel = FileChannel.open(
                    temporary,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                ByteBuffer rest = ByteBuffer.wrap(bytes);
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
                channel.force(true);
            }
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            Files.deleteIfExists(temporary);
            throw e;
        }
    }

    static void write(DataOutputStream out, float[] values) throws IOException {
        for (float value : values) {
            out.writeFloat(value);
        }
    }

    static void write(DataOutputStream out, double[] values) throws IOException {
        for (double value : values) {
            out.writeDouble(value);
        }
    }

    static void read(DataInputStream in, float[] into) throws IOException {
        for (int i = 0; i < into.length; i++) {
            into[i] = in.readFloat();
        }
    }

    static void read(DataInputStream in, double[] into) throws IOException {
        for (int i = 0; i < into.length; i++) {
            into[i] = in.readDouble();
        }
    }

    /** Reads the number of a constant. */
    static <E> E choice(DataInputStream in, E[] constants) throws IOException {
        int number = in.readUnsignedByte();
        Check.that(
                number < constants.length,
                "state: found choice number %d, expected 0 to %d; use a newer version",
                number,
                constants.length - 1);
        return constants[number];
    }
}
