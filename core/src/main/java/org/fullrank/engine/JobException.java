package org.fullrank.engine;

/// The input was valid but the job could not be finished, for example because of a loss that is not finite or
/// a full disk. Commands exit with code 1.
public final class JobException extends FullrankException {
    public JobException(String message) {
        super(message);
    }

    public JobException(String message, Throwable cause) {
        super(message, cause);
    }
}
