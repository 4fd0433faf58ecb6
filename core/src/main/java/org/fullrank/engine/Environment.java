package org.fullrank.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// Sets environment variables that native libraries read when they are loaded. Java itself cannot change the
/// environment of its process.
final class Environment {
    private Environment() {}

    /// Sets a variable for native code of this process, unless the user has already set it. On systems
    /// without `setenv`, it does nothing, and the library uses its own default.
    static void set(String name, String value) {
        if (System.getenv(name) != null) {
            return;
        }
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> setenv = linker.defaultLookup().find("setenv");
        if (setenv.isEmpty()) {
            return;
        }
        var signature = FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
        try (Arena arena = Arena.ofConfined()) {
            int code = (int) linker.downcallHandle(setenv.get(), signature)
                    .invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), 0);
            if (code != 0) {
                throw new JobException(
                        "cannot set " + name + " (setenv returned " + code + "); set it before the start");
            }
        } catch (JobException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("setenv failed", e);
        }
    }
}
