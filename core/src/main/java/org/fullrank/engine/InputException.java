package org.fullrank.engine;

/// The arguments, a file or a setting is wrong: nothing was started and nothing was written. Commands exit with 2.
public final class InputException extends FullrankException {
    public InputException(String message) {
        super(message);
    }

    public InputException(String message, Throwable cause) {
        super(message, cause);
    }
}
