package org.fullrank.image;

import java.io.EOFException;

/** Causes of read errors in plain words. */
final class Reasons {
    private Reasons() {}

    /** The cause of an error of a reader. */
    static String reason(Throwable e) {
        return e instanceof EOFException ? "it ends early" : firstLine(e);
    }

    /** The first line of the message of an error. */
    static String firstLine(Throwable e) {
        String message = e.getMessage();
        return message == null || message.isBlank()
                ? e.getClass().getSimpleName()
                : message.lines().findFirst().orElse("").strip();
    }
}
