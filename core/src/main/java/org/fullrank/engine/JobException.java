package org.fullrank.engine;

/// The input was fine but the job could not be finished: a loss that is not finite, a full disk, an engine that
/// failed. Commands exit with 1.
public final class JobException extends FullrankException {
    public JobException(String message) {
        super(message);
    }

    public JobException(String message, Throwable cause) {
        super(message, cause);
    }
}
