package org.fullrank.engine;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;

/// Owns native memory. When a scope is closed, it frees every tensor that was made on this thread while it
/// was open. Tensors that were kept are not freed. Java's garbage collector does not manage native memory. So
/// each step of a loop needs its own scope.
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

    /// Keeps `pointer` alive after this scope is closed. The caller then owns it and must close it.
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
