package org.fullrank.engine;

import java.util.function.Supplier;

/// Converts errors of the native engine (libtorch) into a [JobException] with a one-line message. The engine
/// throws a `RuntimeException` whose message contains a C++ stack trace.
public final class NativeErrors {
    private static final int LONGEST_LINE = 300;
    private static final String TRAINING = "lower train.batch, raise train.chunks";

    private NativeErrors() {}

    /// Runs `work`. An exception of the engine becomes a [JobException] whose message begins with `subject`.
    public static <T> T guard(String subject, Supplier<T> work) {
        return guard(() -> subject, work);
    }

    /// The same for work that is not a training.
    ///
    /// @param memory what to do if the memory does not suffice
    public static <T> T guard(String subject, String memory, Supplier<T> work) {
        return guard(() -> subject, memory, work);
    }

    /// The same with a subject that is computed after the exception. Such a subject can report how far the
    /// work had come.
    public static <T> T guard(Supplier<String> subject, Supplier<T> work) {
        return guard(subject, TRAINING, work);
    }

    private static <T> T guard(Supplier<String> subject, String memory, Supplier<T> work) {
        try {
            return work.get();
        } catch (FullrankException e) {
            throw e;
        } catch (OutOfMemoryError e) {
            throw new JobException(subject.get() + ": out of memory; " + memory, e);
        } catch (RuntimeException e) {
            throw new JobException(subject.get() + ": " + line(e, memory), e);
        }
    }

    /// The first line of an error, without the C++ stack that follows it.
    public static String line(Throwable e) {
        return line(e, TRAINING);
    }

    private static String line(Throwable e, String memory) {
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        String line = message.lines().filter(l -> !l.isBlank()).findFirst().orElse("no message");
        if (isOutOfMemory(e)) {
            return "out of memory; " + memory;
        }
        return line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) + "..." : line;
    }

    /// Whether the engine ran out of memory.
    public static boolean isOutOfMemory(Throwable e) {
        String message = String.valueOf(e.getMessage());
        return message.contains("DefaultCPUAllocator: can't allocate memory") || message.contains("CUDA out of memory");
    }
}
