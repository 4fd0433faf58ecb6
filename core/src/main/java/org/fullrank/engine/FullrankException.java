package org.fullrank.engine;

/// The base class of all exceptions that Fullrank throws on purpose. The message of such an exception is one
/// line for the user: the subject, what was found, what was expected, and the remedy.
public abstract sealed class FullrankException extends RuntimeException permits InputException, JobException {
    FullrankException(String message, Throwable cause) {
        super(message, cause);
    }

    FullrankException(String message) {
        super(message);
    }
}
