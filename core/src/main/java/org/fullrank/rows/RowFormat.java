package org.fullrank.rows;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.fullrank.engine.InputException;
import org.fullrank.file.Npy;

/// The supported file formats. The format is recognized by the first bytes of a file. The file name decides
/// only if these bytes are not enough.
enum RowFormat {
    NPY,
    ZIP,
    SAFETENSORS,
    PARQUET,
    FBIN,
    /// JSON lines.
    JSON,
    TEXT;

    private static final int HEAD_BYTES = 512;
    private static final String KNOWN = ".npy, .npz, .csv, .safetensors, .parquet, .fbin or JSON lines";

    /// @throws InputException when there is no file, or when the file is empty or has an unknown format
    static RowFormat of(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new InputException("%s: found %s, expected embeddings as %s, or a run folder"
                    .formatted(file, Files.isDirectory(file) ? "a folder" : "no such file", KNOWN));
        }
        byte[] head;
        try (InputStream in = Files.newInputStream(file)) {
            head = in.readNBytes(HEAD_BYTES);
        } catch (IOException e) {
            throw new InputException("%s: cannot be read (%s); check its permissions".formatted(file, e), e);
        }
        if (head.length == 0) {
            throw new InputException("%s: is empty, expected embeddings as %s; write it again".formatted(file, KNOWN));
        }
        return of(file, head);
    }

    private static RowFormat of(Path file, byte[] head) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (Npy.matches(head) || name.endsWith(".npy")) {
            return NPY;
        }
        if (head[0] == 'P' && head.length > 1 && head[1] == 'K' || name.endsWith(".npz")) {
            return ZIP;
        }
        if (name.endsWith(".fbin")) { // has no magic number
            return FBIN;
        }
        if (new String(head, StandardCharsets.ISO_8859_1).startsWith("PAR1") || name.endsWith(".parquet")) {
            return PARQUET;
        }
        if (name.endsWith(".safetensors") || head.length > Long.BYTES && head[Long.BYTES] == '{' && binary(head)) {
            return SAFETENSORS;
        }
        boolean gzip = head.length > 1 && (head[0] & 0xFF) == 0x1F && (head[1] & 0xFF) == 0x8B;
        if (gzip ? !name.endsWith(".csv.gz") : binary(head)) {
            throw new InputException("%s: found a file of another kind, expected embeddings as %s; %s"
                    .formatted(file, KNOWN, gzip ? "unpack it with gunzip" : "save it with numpy.save"));
        }
        boolean named = name.endsWith(".csv") || name.endsWith(".txt");
        return !gzip && !named && isJson(head) ? JSON : TEXT;
    }

    /// Whether the first character that is not blank begins an array or an object.
    private static boolean isJson(byte[] head) {
        String text = new String(head, StandardCharsets.UTF_8)
                .replace("\uFEFF", "") // a byte order mark
                .strip();
        return text.startsWith("{") || text.startsWith("[");
    }

    /// Whether the content is binary.
    private static boolean binary(byte[] head) {
        for (byte b : head) {
            if (b == 0) {
                return true;
            }
        }
        return false;
    }
}
