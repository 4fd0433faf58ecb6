package org.fullrank.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/// A checksum of the content of a data set: sizes, classes and pixels of all items in their order. The
/// fingerprint does not depend on where the files are or how they are archived.
final class Fingerprint {
    private final MessageDigest digest;
    private final ByteBuffer item = ByteBuffer.allocate(16);

    Fingerprint(int channels, List<String> classNames) {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        digest.update((byte) channels);
        for (String name : classNames) {
            digest.update(name.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
        }
    }

    void split(Split split, int size) {
        // The first version spelled it with two l; another spelling here would give known data another fingerprint.
        String name = split == Split.UNLABELED ? "unlabelled" : split.label();
        digest.update((name + ":" + size).getBytes(StandardCharsets.UTF_8));
    }

    void item(int height, int width, int label, int checksum) {
        item.clear();
        item.putInt(height).putInt(width).putInt(label).putInt(checksum);
        digest.update(item.array());
    }

    /// The first 64 bits in hexadecimal.
    String text() {
        return HexFormat.of().formatHex(digest.digest(), 0, 8);
    }
}
