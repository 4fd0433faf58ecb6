package org.fullrank.engine;

import org.bytedeco.pytorch.GradMode;

/// Switches the recording of gradients on or off on this thread until it is closed.
public final class Gradients implements AutoCloseable {
    private final boolean before;

    private Gradients(boolean recorded) {
        Natives.load();
        before = GradMode.is_enabled();
        GradMode.set_enabled(recorded);
    }

    /// Nothing is recorded. Gradients are off, for evaluations and for in-place updates of parameters.
    public static Gradients off() {
        return new Gradients(false);
    }

    /// Gradients are recorded, even inside a block that turns them off.
    public static Gradients on() {
        return new Gradients(true);
    }

    @Override
    public void close() {
        GradMode.set_enabled(before);
    }
}
