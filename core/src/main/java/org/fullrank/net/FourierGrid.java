package org.fullrank.net;

import java.util.stream.IntStream;

/// The frequencies `(h, w)` of images `[H, W]` with circular borders, as `rfft2` orders them: h from 0 to H - 1,
/// and w from 0 to W / 2. The number of a frequency is `h * (W / 2 + 1) + w`.
///
/// The transform of a real kernel is conjugate at the negative of a frequency. So one matrix of each pair is
/// enough, and a frequency that is its own negative has a real matrix. Together these are `H W` real matrices,
/// as many as the kernel has taps.
///
/// @param height H, at least 1
/// @param width W, at least 1
record FourierGrid(int height, int width) {
    /// The grid of images of half the size, rounded up.
    FourierGrid halved() {
        return new FourierGrid((height + 1) / 2, (width + 1) / 2);
    }

    /// Columns of the transform.
    int columns() {
        return width / 2 + 1;
    }

    /// Number of frequencies of the transform.
    int size() {
        return height * columns();
    }

    /// The frequencies that are their own negatives: 1, 2 or 4.
    int[] own() {
        return IntStream.range(0, size()).filter(this::isOwn).toArray();
    }

    /// One frequency of each pair.
    int[] paired() {
        return IntStream.range(0, size())
                .filter(f -> !isOwn(f) && !isMirrored(f))
                .toArray();
    }

    /// For each frequency, the place of its matrix in the list of [#own] followed by [#paired]. The matrix of a
    /// [mirrored][#isMirrored] frequency is the conjugate of the one at that place.
    int[] places() {
        int[] places = new int[size()];
        int place = 0;
        for (int f : own()) {
            places[f] = place++;
        }
        for (int f : paired()) {
            places[f] = place++;
        }
        IntStream.range(0, size()).filter(this::isMirrored).forEach(f -> places[f] = places[negative(f)]);
        return places;
    }

    private boolean isOwn(int f) {
        return negative(f) == f;
    }

    /// Whether a frequency comes after its negative, which the transform has too.
    boolean isMirrored(int f) {
        return negative(f) >= 0 && negative(f) < f;
    }

    /// The negative of a frequency, or -1 where the transform leaves it out.
    private int negative(int f) {
        int w = f % columns();
        int h = f / columns();
        return 2 * w % width == 0 ? (height - h) % height * columns() + w : -1;
    }
}
