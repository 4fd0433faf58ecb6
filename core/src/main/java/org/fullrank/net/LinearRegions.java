package org.fullrank.net;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

/// Compares the linear region of the first row of a batch with those of the other rows. A network of ReLUs is
/// linear where no ReLU changes its sign and no maximum changes its place. Two inputs are in one region if all
/// ReLUs of the network are on for both or off for both, and if each maximum is at the same place. The
/// comparison is exact: it compares all ReLUs and not samples of them. A region is convex.
///
/// While it is open, it watches all passes on this thread, and it changes no number. All of these passes must
/// have the same batch.
public final class LinearRegions implements AutoCloseable {
    private static final ThreadLocal<@Nullable LinearRegions> OPEN = new ThreadLocal<>();

    private final boolean[] same;
    private @Nullable String curved;

    private LinearRegions(int rows) {
        same = new boolean[rows];
        Arrays.fill(same, true);
    }

    /// Watches the passes on this thread until it is closed.
    ///
    /// @param rows size of the batch
    public static LinearRegions open(int rows) {
        var regions = new LinearRegions(rows);
        OPEN.set(regions);
        return regions;
    }

    /// Whether each row is in the region of the first row. True for all rows of a network without ReLUs and
    /// maxima.
    public boolean[] likeFirst() {
        return same.clone();
    }

    /// The first operation that is not piecewise linear, such as `attention`; null if there was none. The rows
    /// then have no regions.
    public @Nullable String curved() {
        return curved;
    }

    @Override
    public void close() {
        OPEN.remove();
    }

    static boolean isOpen() {
        return OPEN.get() != null;
    }

    /// Called with the input of a ReLU, `[B, ...]`, before it changes.
    static void relu(Tensor x) {
        LinearRegions regions = OPEN.get();
        if (regions != null) {
            try (var scope = Scope.withoutGradients()) {
                regions.compare(x.gt(Tensors.scalar(0)));
            }
        }
    }

    /// Called with the places of maxima, `[B, ...]`.
    static void chosen(Tensor places) {
        LinearRegions regions = OPEN.get();
        if (regions != null) {
            try (var scope = Scope.withoutGradients()) {
                regions.compare(places);
            }
        }
    }

    /// Called by an operation that is not piecewise linear.
    static void curved(String operation) {
        LinearRegions regions = OPEN.get();
        if (regions != null && regions.curved == null) {
            regions.curved = operation;
        }
    }

    private void compare(Tensor pattern) {
        if (pattern.size(0) != same.length) {
            throw new IllegalStateException(
                    "%d rows in a batch of %d".formatted(pattern.size(0), same.length)); // regions of other rows
        }
        Tensor differs = pattern.ne(pattern.narrow(0, 0, 1)).flatten(1, -1); // [B, units]
        long[] found = Tensors.longs(differs.any(1).to(ScalarType.Long));
        for (int i = 0; i < found.length; i++) {
            same[i] &= found[i] == 0;
        }
    }
}
