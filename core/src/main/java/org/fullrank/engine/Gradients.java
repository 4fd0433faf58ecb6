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

    /// Nothing is recorded. For evaluation and for updates of parameters in place.
    public static Gradients off() {
        return new Gradients(false);
    }

    /// Gradients are recorded, even inside a block in which they are off.
    public static Gradients on() {
        return new Gradients(true);
    }

    @Override
    public void close() {
        GradMode.set_enabled(before);
    }
}
