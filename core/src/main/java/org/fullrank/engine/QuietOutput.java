package org.fullrank.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Discards what native code writes to standard output until it is closed. Gloo writes lines there, but standard
/// output is for results only. On systems without POSIX files, nothing is discarded.
final class QuietOutput implements AutoCloseable {
    private static final int STANDARD_OUTPUT = 1;
    private static final int WRITE_ONLY = 1;
    private static final int NONE = -1;

    /// A second descriptor of the real standard output, while some thread discards output.
    private static int saved = NONE;

    private static int opened;

    private QuietOutput() {}

    static QuietOutput open() {
        synchronized (QuietOutput.class) {
            if (opened++ == 0) {
                System.out.flush();
                saved = discard();
            }
        }
        return new QuietOutput();
    }

    @Override
    public void close() {
        synchronized (QuietOutput.class) {
            if (--opened == 0 && saved != NONE) {
                call("dup2", saved, STANDARD_OUTPUT);
                call("close", saved);
                saved = NONE;
            }
        }
    }

    /// Connects standard output with nothing, and returns a descriptor of what it was.
    private static int discard() {
        try (Arena arena = Arena.ofConfined()) {
            int nowhere = call("open", arena.allocateFrom("/dev/null"), WRITE_ONLY);
            if (nowhere == NONE) {
                return NONE;
            }
            int before = call("dup", STANDARD_OUTPUT);
            call("dup2", nowhere, STANDARD_OUTPUT);
            call("close", nowhere);
            return before;
        }
    }

    /// Calls a C function that returns an int; -1 if the system does not have it.
    private static int call(String name, Object... arguments) {
        Linker linker = Linker.nativeLinker();
        var function = linker.defaultLookup().find(name);
        if (function.isEmpty()) {
            return NONE;
        }
        var layouts = new ValueLayout[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            layouts[i] = arguments[i] instanceof MemorySegment ? ValueLayout.ADDRESS : ValueLayout.JAVA_INT;
        }
        try {
            return (int) linker.downcallHandle(function.get(), FunctionDescriptor.of(ValueLayout.JAVA_INT, layouts))
                    .invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new IllegalStateException(name + " failed", e);
        }
    }
}
