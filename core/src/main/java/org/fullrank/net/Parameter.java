package org.fullrank.net;

import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/// A layer's handle to one of its parameters or statistics. The value of the parameter is available after the
/// buffer is built.
public final class Parameter {
    private final String name;
    private @Nullable Tensor tensor;

    Parameter(String name) {
        this.name = name;
    }

    void fill(Tensor view) {
        tensor = view;
    }

    /// The view into the buffer. Its gradient is also added to the buffer.
    public Tensor tensor() {
        if (tensor == null) {
            throw new IllegalStateException("parameter " + name + " is used before the network is built");
        }
        return tensor;
    }
}
