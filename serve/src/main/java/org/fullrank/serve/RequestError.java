package org.fullrank.serve;

/// A request that gets an error as its answer.
final class RequestError extends Exception {
    private static final long serialVersionUID = 1;

    private final int code;

    /// @param code HTTP status
    /// @param message one line: what was found, what was expected
    RequestError(int code, String message) {
        super(message);
        this.code = code;
    }

    int code() {
        return code;
    }

    /// One line.
    String line() {
        return String.valueOf(getMessage());
    }
}
