package org.fullrank.engine;

/// The root of everything that Fullrank throws on purpose. The message is one line that names the subject, what was
/// found, what was expected and the remedy; it is meant to be shown to the user as it is.
public abstract sealed class FullrankException extends RuntimeException permits InputException, JobException {
    FullrankException(String message, Throwable cause) {
        super(message, cause);
    }

    FullrankException(String message) {
        super(message);
    }
}
