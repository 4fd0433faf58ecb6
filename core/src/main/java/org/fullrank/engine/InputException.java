package org.fullrank.engine;

/// The exception for a wrong argument, file or setting. When an input exception is thrown, nothing was
/// started and nothing was written. Commands exit with code 2.
public final class InputException extends FullrankException {
    public InputException(String message) {
        super(message);
    }

    public InputException(String message, Throwable cause) {
        super(message, cause);
    }

    /// Throws this exception if the condition does not hold.
    ///
    /// @param format as [String#format], one line: subject, found, expected, remedy
    public static void unless(boolean holds, String format, Object... values) {
        when(!holds, format, values);
    }

    /// Refuses what is wrong.
    ///
    /// @param format as [String#format], one line: subject, found, expected, remedy
    public static void when(boolean wrong, String format, Object... values) {
        if (wrong) {
            throw new InputException(format.formatted(values));
        }
    }
}
