package org.fullrank.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A checksum of the names, sizes and times of files. The checksum changes when a file changes.
final class Stamp {
    private final MessageDigest digest;

    Stamp() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    Stamp file(String name, long size, long time) {
        return text(name + '\0' + size + '\0' + time + '\n');
    }

    Stamp file(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return file(
                file.getFileName().toString(),
                attributes.size(),
                attributes.lastModifiedTime().toMillis());
    }

    Stamp text(String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /// The first 128 bits in hexadecimal. Ends the digest.
    String text() {
        return HexFormat.of().formatHex(digest.digest(), 0, 16);
    }
}
