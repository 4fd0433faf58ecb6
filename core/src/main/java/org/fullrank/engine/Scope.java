package org.fullrank.engine;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;

/// The owner of native memory: every tensor made on this thread while a scope is open is freed when it closes, except
/// those that are kept. The collector does not feel native memory, so each step of a loop runs in a scope of its own.
///
/// ```java
/// try (var scope = Scope.open()) {
///     Tensor z = encoder.forward(x);      // freed at the end
///     return scope.keep(z.mean());        // survives; its receiver closes it
/// }
/// ```
public final class Scope implements AutoCloseable {
    static {
        Natives.load();
    }

    private final PointerScope pointers = new PointerScope();
    private final @Nullable Gradients gradients;

    private Scope(@Nullable Gradients gradients) {
        this.gradients = gradients;
    }

    /// Opens a scope on this thread; scopes nest.
    public static Scope open() {
        return new Scope(null);
    }

    /// Opens a scope in which no gradients are recorded.
    public static Scope withoutGradients() {
        return new Scope(Gradients.off());
    }

    /// Lets `pointer` outlive this scope. The receiver owns it and closes it.
    public <P extends Pointer> P keep(P pointer) {
        pointer.retainReference();
        return pointer;
    }

    @Override
    public void close() {
        if (gradients != null) {
            gradients.close();
        }
        pointers.close();
    }
}
