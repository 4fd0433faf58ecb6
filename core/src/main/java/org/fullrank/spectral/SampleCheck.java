package org.fullrank.spectral;

import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;

/// Refuses rows that cannot be used.
final class SampleCheck {
    private SampleCheck() {}

    /// @throws InputException when the rows are not `expected` wide
    static void requireWidth(Tensor rows, int expected) {
        InputException.unless(
                rows.size(1) == expected,
                "samples: found %d values in a row, expected %d as in the fit; give rows of the same kind",
                rows.size(1),
                expected);
    }

    /// @param numbers of the rows among all samples
    /// @throws InputException when the kernel has no value for a row
    static void requireValues(Kernel kernel, Tensor rows, int[] numbers) {
        int zero = kernel.firstWithoutValue(rows);
        InputException.when(
                zero >= 0,
                "kernel %s: found a vector of zeros in row %d, which has no angle; leave it out or use arc-cosine:1",
                kernel.text(),
                zero < 0 ? zero : numbers[zero]);
    }

    /// The same for the two sides of a matrix of kernel values.
    static void requireValues(Kernel kernel, Tensor x, Tensor y) {
        for (Tensor rows : new Tensor[] {x, y}) {
            requireValues(
                    kernel,
                    rows,
                    IntStream.range(0, Math.toIntExact(rows.size(0))).toArray());
        }
    }

    /// The first place of a mask that is true; -1 if there is none.
    static int first(Tensor mask) {
        return Tensors.value(mask.any()) == 0
                ? -1
                : (int) Tensors.value(mask.view(-1).to(ScalarType.Byte).argmax());
    }
}
