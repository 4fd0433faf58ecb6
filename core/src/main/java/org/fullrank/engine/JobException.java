package org.fullrank.engine;

/// The exception for a valid input whose job could not be finished, for example because of a full disk or a
/// loss that is not finite. Commands exit with code 1.
public final class JobException extends FullrankException {
    public JobException(String message) {
        super(message);
    }

    public JobException(String message, Throwable cause) {
        super(message, cause);
    }
}
