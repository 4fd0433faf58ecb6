package org.fullrank.file;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.fullrank.engine.InputException;

/// Opens files, compressed with gzip or not. The class explains errors in plain words.
public final class Inputs {
    /// The largest possible compression ratio of Deflate. The content of a compressed file cannot have more
    /// than this many times its size.
    private static final long MOST_EXPANSION = 1032;

    private static final int BUFFER_BYTES = 1 << 16;

    private Inputs() {}

    /// The content of a file, decompressed when it is gzip.
    public static InputStream open(Path file) throws IOException {
        return decompressed(Files.newInputStream(file));
    }

    /// The same bytes, decompressed when they are gzip. Closing the result closes the given stream.
    public static InputStream decompressed(InputStream raw) throws IOException {
        var buffered = new BufferedInputStream(raw, BUFFER_BYTES);
        buffered.mark(2);
        boolean gzip = buffered.read() == 0x1F && buffered.read() == 0x8B;
        buffered.reset();
        return gzip ? new BufferedInputStream(new GZIPInputStream(buffered, BUFFER_BYTES), BUFFER_BYTES) : buffered;
    }

    /// The first bytes of the content, at most `most`.
    public static byte[] head(Path file, int most) throws IOException {
        try (InputStream in = open(file)) {
            return in.readNBytes(most);
        }
    }

    /// Whether the file itself is compressed with gzip.
    public static boolean isGzip(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.read() == 0x1F && in.read() == 0x8B;
        }
    }

    /// An upper limit of the decompressed size of the file, in bytes. A header that claims more is wrong.
    public static long mostBytes(Path file) throws IOException {
        return isGzip(file) ? mostExpanded(file) : Files.size(file);
    }

    /// An upper limit of the decompressed size of a compressed file, in bytes.
    public static long mostExpanded(Path file) throws IOException {
        return Math.min(Files.size(file), Long.MAX_VALUE / 2048) * MOST_EXPANSION + 4096;
    }

    /// Reads exactly `into.length` bytes.
    public static void readFully(InputStream in, byte[] into) throws IOException {
        if (in.readNBytes(into, 0, into.length) < into.length) {
            throw new EOFException();
        }
    }

    /// Fails if there are bytes left.
    public static void expectEnd(InputStream in, String subject, String expected) throws IOException {
        if (in.read() >= 0) {
            throw new InputException(
                    subject + " has more bytes than its header says, expected " + expected + "; get the file again");
        }
    }

    /// The cause of a read error in plain words.
    public static String reason(Throwable e) {
        return switch (e) {
            case EOFException eof -> "it ends early";
            case AccessDeniedException denied -> "permission denied";
            case NoSuchFileException none -> "no such file";
            case FileNotFoundException none -> "no such file or permission denied";
            case ZipException zip -> "its compressed data are damaged: " + firstLine(zip);
            case CharacterCodingException coding -> "it is not UTF-8 text";
            default -> firstLine(e);
        };
    }

    /// The first line of the message of an error.
    public static String firstLine(Throwable e) {
        String message = e.getMessage();
        return message == null || message.isBlank()
                ? e.getClass().getSimpleName()
                : message.lines().findFirst().orElse("").strip();
    }
}
