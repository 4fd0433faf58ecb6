package org.fullrank.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/// Damages files of every format that holds several items, by a random generator.
final class ContainerMutations {
    private static final int TAR_BLOCK = 512;

    private ContainerMutations() {}

    /// A damaged copy, as of an image, or with a piece inserted, removed, or a digit replaced.
    static byte[] damaged(byte[] good, RandomGenerator random) {
        byte[] bad = ImageMutations.damaged(good, random);
        int at = random.nextInt(bad.length + 1);
        int length = Math.min(random.nextInt(1, 40), bad.length - at);
        switch (random.nextInt(8)) {
            case 0 -> {
                byte[] piece = new byte[random.nextInt(1, 40)];
                random.nextBytes(piece);
                bad = joined(Arrays.copyOf(bad, at), piece, Arrays.copyOfRange(bad, at, bad.length));
            }
            case 1 -> bad = joined(Arrays.copyOf(bad, at), Arrays.copyOfRange(bad, at + length, bad.length));
            case 2 -> bad = joined(Arrays.copyOf(bad, at + length), Arrays.copyOfRange(bad, at, bad.length));
            case 3, 4 -> digits(bad, at, random);
            default -> {}
        }
        return bad;
    }

    /// Replaces the next run of digits by nines, as in a header of text.
    private static void digits(byte[] bad, int from, RandomGenerator random) {
        int at = from;
        while (at < bad.length && !Character.isDigit(bad[at])) {
            at++;
        }
        byte digit = (byte) ("0179-. e".charAt(random.nextInt(8)));
        for (; at < bad.length && Character.isDigit(bad[at]); at++) {
            bad[at] = digit;
        }
    }

    private static byte[] joined(byte[]... pieces) {
        ByteBuffer all =
                ByteBuffer.allocate(Stream.of(pieces).mapToInt(p -> p.length).sum());
        Stream.of(pieces).forEach(all::put);
        return all.array();
    }

    /// Gives each header of a tar the right sum.
    static byte[] withSums(byte[] tar) {
        byte[] out = tar.clone();
        for (int at = 0; at + TAR_BLOCK <= out.length; at += TAR_BLOCK) {
            if (new String(out, at + 257, 5, StandardCharsets.ISO_8859_1).equals("ustar")) {
                Arrays.fill(out, at + 148, at + 156, (byte) ' ');
                int sum = 0;
                for (int i = at; i < at + TAR_BLOCK; i++) {
                    sum += out[i] & 0xFF;
                }
                System.arraycopy("%06o\0".formatted(sum).getBytes(StandardCharsets.US_ASCII), 0, out, at + 148, 7);
            }
        }
        return out;
    }

    static byte[] packed(byte[] damaged, ContainerSamples.Packing packing) {
        return switch (packing) {
            case NONE -> damaged;
            case GZIP -> SampleFiles.gzip(damaged);
            case TAR_SUMS -> withSums(damaged);
        };
    }
}
