package org.fullrank.net;

import java.util.List;
import org.fullrank.engine.InputException;

/// Checks the sizes in the settings of networks.
final class Sizes {
    private Sizes() {}

    /// @throws InputException unless the size is from 1 to 65536
    static void requirePositive(String name, int size) {
        InputException.unless(size >= 1 && size <= 1 << 16, "%s: found %d, expected 1 to 65536", name, size);
    }

    /// @throws InputException unless there is at least one size, each from 1 to 65536
    static void requirePositive(String name, List<Integer> sizes) {
        if (sizes.isEmpty() || sizes.stream().anyMatch(c -> c < 1 || c > 1 << 16)) {
            throw new InputException(
                    "%s: found %s, expected at least one entry, each from 1 to 65536".formatted(name, sizes));
        }
    }
}
