package org.fullrank.engine;

/// An argument, a file or a setting is wrong. Nothing was started and nothing was written. Commands exit with
/// code 2.
public final class InputException extends FullrankException {
    public InputException(String message) {
        super(message);
    }

    public InputException(String message, Throwable cause) {
        super(message, cause);
    }
}
